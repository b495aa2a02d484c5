CREATE TABLE `backend_identities` (
	`no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`backend_id` text NOT NULL,
	`identity` text NOT NULL,
	`vector` text,
	`tolerance` real,
	`first_seen_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	FOREIGN KEY (`backend_id`) REFERENCES `backends`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `backend_identities_backend` ON `backend_identities` (`backend_id`);--> statement-breakpoint
CREATE TABLE `backend_keys` (
	`backend_id` text PRIMARY KEY NOT NULL,
	`origins` text NOT NULL,
	`nonce` blob NOT NULL,
	`sealed` blob NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `backend_probes` (
	`no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`backend_id` text NOT NULL,
	`job_id` text NOT NULL,
	`state` text NOT NULL,
	`steps` text NOT NULL,
	`error` text,
	`identity_no` integer,
	`started_at` integer NOT NULL,
	`finished_at` integer,
	FOREIGN KEY (`backend_id`) REFERENCES `backends`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `backend_probes_backend` ON `backend_probes` (`backend_id`);