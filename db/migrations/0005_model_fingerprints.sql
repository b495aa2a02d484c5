CREATE TABLE `model_fingerprints` (
	`id` text PRIMARY KEY NOT NULL,
	`identity_hash` text NOT NULL,
	`known` text NOT NULL,
	`is_namesake` integer NOT NULL,
	`backend_id` text NOT NULL,
	`first_seen_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `model_fingerprints_identity` ON `model_fingerprints` (`identity_hash`);--> statement-breakpoint
CREATE INDEX `model_fingerprints_backend` ON `model_fingerprints` (`backend_id`,`last_seen_at`);