CREATE TABLE `prompt_versions` (
	`id` text PRIMARY KEY NOT NULL,
	`prompt_id` text NOT NULL,
	`version` integer NOT NULL,
	`name` text DEFAULT '' NOT NULL,
	`template` text NOT NULL,
	`scale` text,
	`hash` text NOT NULL,
	`parent_hash` text,
	`note` text DEFAULT '' NOT NULL,
	`created_at` integer NOT NULL,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `prompt_versions_version` ON `prompt_versions` (`prompt_id`,`version`);--> statement-breakpoint
CREATE INDEX `prompt_versions_hash` ON `prompt_versions` (`hash`);