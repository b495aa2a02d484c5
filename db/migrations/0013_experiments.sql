CREATE TABLE `experiments` (
	`no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`study_id` text NOT NULL,
	`plan` text NOT NULL,
	`plan_hash` text NOT NULL,
	`seeds` text NOT NULL,
	`models` text NOT NULL,
	`created_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`study_id`) REFERENCES `studies`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `experiments_id_unique` ON `experiments` (`id`);--> statement-breakpoint
CREATE TABLE `stage_items` (
	`stage_no` integer NOT NULL,
	`key` text NOT NULL,
	`position` integer NOT NULL,
	`input_hash` text NOT NULL,
	`status` text NOT NULL,
	`reason` text,
	`raw` text,
	`message` text,
	`finish_reason` text,
	`attempt` integer DEFAULT 1 NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`stage_no`, `key`),
	FOREIGN KEY (`stage_no`) REFERENCES `stages`(`no`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `stages` (
	`no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`experiment_no` integer NOT NULL,
	`arm` text NOT NULL,
	`stage` text NOT NULL,
	`definition` text,
	`job_id` text,
	`attempt` integer DEFAULT 1 NOT NULL,
	`total` integer,
	`cells` text NOT NULL,
	`done_at` integer,
	FOREIGN KEY (`experiment_no`) REFERENCES `experiments`(`no`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `stages_place` ON `stages` (`experiment_no`,`arm`,`stage`);