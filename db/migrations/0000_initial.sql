CREATE TABLE `arms` (
	`id` text PRIMARY KEY NOT NULL,
	`study_id` text NOT NULL,
	`key` text NOT NULL,
	`label` text NOT NULL,
	`arm_class` text DEFAULT 'other' NOT NULL,
	`scenario` text DEFAULT 'evol-instruct' NOT NULL,
	`model` text,
	`decoding` text,
	`prompt_version` text,
	`variant` text,
	`color_index` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`study_id`) REFERENCES `studies`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `arms_study_key` ON `arms` (`study_id`,`key`);--> statement-breakpoint
CREATE INDEX `arms_study` ON `arms` (`study_id`);--> statement-breakpoint
CREATE TABLE `seed_sets` (
	`id` text PRIMARY KEY NOT NULL,
	`study_id` text NOT NULL,
	`key` text NOT NULL,
	`label` text NOT NULL,
	`slot_count` integer DEFAULT 0 NOT NULL,
	`position` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`study_id`) REFERENCES `studies`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `seed_sets_study_key` ON `seed_sets` (`study_id`,`key`);--> statement-breakpoint
CREATE TABLE `studies` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`notice` text,
	`origin` text DEFAULT 'user' NOT NULL,
	`created_at` integer NOT NULL,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE TABLE `alignments` (
	`no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`child_cell_no` integer NOT NULL,
	`parent_cell_no` integer,
	`kind` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`params` text NOT NULL,
	`matched` integer NOT NULL,
	`total` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`child_cell_no`) REFERENCES `cells`(`no`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`parent_cell_no`) REFERENCES `cells`(`no`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `alignments_id_unique` ON `alignments` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `alignments_version` ON `alignments` (`child_cell_no`,`version`);--> statement-breakpoint
CREATE TABLE `cells` (
	`no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`study_id` text NOT NULL,
	`seed_set_id` text NOT NULL,
	`arm_id` text,
	`round` integer NOT NULL,
	`revision` integer DEFAULT 1 NOT NULL,
	`row_count` integer DEFAULT 0 NOT NULL,
	`source` text NOT NULL,
	`report` text,
	`source_sha256` text NOT NULL,
	`published_at` integer,
	`superseded_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`study_id`) REFERENCES `studies`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`seed_set_id`) REFERENCES `seed_sets`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`arm_id`) REFERENCES `arms`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `cells_id_unique` ON `cells` (`id`);--> statement-breakpoint
CREATE INDEX `cells_study` ON `cells` (`study_id`,`published_at`);--> statement-breakpoint
CREATE INDEX `cells_hash` ON `cells` (`study_id`,`source_sha256`);--> statement-breakpoint
CREATE TABLE `links` (
	`alignment_no` integer NOT NULL,
	`child_idx` integer NOT NULL,
	`parent_idx` integer NOT NULL,
	`confidence` real NOT NULL,
	`operator` text,
	`operator_source` text,
	PRIMARY KEY(`alignment_no`, `child_idx`),
	FOREIGN KEY (`alignment_no`) REFERENCES `alignments`(`no`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `links_parent` ON `links` (`alignment_no`,`parent_idx`);--> statement-breakpoint
CREATE TABLE `response_sets` (
	`no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`cell_no` integer NOT NULL,
	`kind` text NOT NULL,
	`label` text NOT NULL,
	`definition` text,
	`definition_hash` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`cell_no`) REFERENCES `cells`(`no`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `response_sets_id_unique` ON `response_sets` (`id`);--> statement-breakpoint
CREATE INDEX `response_sets_cell` ON `response_sets` (`cell_no`);--> statement-breakpoint
CREATE TABLE `responses` (
	`set_no` integer NOT NULL,
	`idx` integer NOT NULL,
	`text` text,
	`status` integer NOT NULL,
	`finish_reason` text,
	PRIMARY KEY(`set_no`, `idx`),
	FOREIGN KEY (`set_no`) REFERENCES `response_sets`(`no`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `rows` (
	`cell_no` integer NOT NULL,
	`idx` integer NOT NULL,
	`slot` integer,
	`external_id` text,
	`instruction` text NOT NULL,
	`input` text,
	`system` text,
	`history` text,
	`messages` text,
	`tools` text,
	`extra` text,
	`key_set` integer DEFAULT 0 NOT NULL,
	`flags` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`cell_no`, `idx`),
	FOREIGN KEY (`cell_no`) REFERENCES `cells`(`no`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `column_chunks` (
	`run_no` integer NOT NULL,
	`cell_no` integer NOT NULL,
	`output` text NOT NULL,
	`chunk` integer NOT NULL,
	`dtype` text NOT NULL,
	`width` integer DEFAULT 1 NOT NULL,
	`row_count` integer NOT NULL,
	`values` blob NOT NULL,
	`status` blob NOT NULL,
	PRIMARY KEY(`run_no`, `cell_no`, `output`, `chunk`),
	FOREIGN KEY (`run_no`) REFERENCES `runs`(`no`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `row_details` (
	`run_no` integer NOT NULL,
	`cell_no` integer NOT NULL,
	`idx` integer NOT NULL,
	`detail` text NOT NULL,
	PRIMARY KEY(`run_no`, `cell_no`, `idx`),
	FOREIGN KEY (`run_no`) REFERENCES `runs`(`no`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `run_cells` (
	`run_no` integer NOT NULL,
	`cell_no` integer NOT NULL,
	`response_set_no` integer,
	`alignment_no` integer,
	`total` integer NOT NULL,
	`done` integer DEFAULT 0 NOT NULL,
	`valued` integer DEFAULT 0 NOT NULL,
	`version` integer DEFAULT 0 NOT NULL,
	`finished_at` integer,
	PRIMARY KEY(`run_no`, `cell_no`),
	FOREIGN KEY (`run_no`) REFERENCES `runs`(`no`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`cell_no`) REFERENCES `cells`(`no`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`response_set_no`) REFERENCES `response_sets`(`no`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`alignment_no`) REFERENCES `alignments`(`no`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `run_cells_cell` ON `run_cells` (`cell_no`);--> statement-breakpoint
CREATE TABLE `runs` (
	`no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`study_id` text NOT NULL,
	`metric_id` text NOT NULL,
	`metric_version` integer NOT NULL,
	`definition` text NOT NULL,
	`definition_hash` text NOT NULL,
	`row_set` text NOT NULL,
	`record` text NOT NULL,
	`backend_id` text,
	`pinned` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`study_id`) REFERENCES `studies`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `runs_id_unique` ON `runs` (`id`);--> statement-breakpoint
CREATE INDEX `runs_study` ON `runs` (`study_id`,`metric_id`);--> statement-breakpoint
CREATE TABLE `backends` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`label` text NOT NULL,
	`config` text NOT NULL,
	`built_in` integer DEFAULT false NOT NULL,
	`probe` text,
	`probed_at` integer,
	`created_at` integer NOT NULL,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE TABLE `job_events` (
	`no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`job_no` integer NOT NULL,
	`at` integer NOT NULL,
	`level` text NOT NULL,
	`message` text NOT NULL,
	FOREIGN KEY (`job_no`) REFERENCES `jobs`(`no`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `job_events_job` ON `job_events` (`job_no`);--> statement-breakpoint
CREATE TABLE `jobs` (
	`no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`kind` text NOT NULL,
	`payload` text NOT NULL,
	`study_id` text,
	`title` text NOT NULL,
	`state` text NOT NULL,
	`request` text,
	`priority` integer DEFAULT 0 NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`lease_owner` text,
	`lease_until` integer,
	`progress` text NOT NULL,
	`error` text,
	`error_code` text,
	`result` text,
	`run_after` integer NOT NULL,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_id_unique` ON `jobs` (`id`);--> statement-breakpoint
CREATE INDEX `jobs_queue` ON `jobs` (`state`,`run_after`);--> statement-breakpoint
CREATE INDEX `jobs_study` ON `jobs` (`study_id`);--> statement-breakpoint
CREATE TABLE `request_cache` (
	`key` blob PRIMARY KEY NOT NULL,
	`call` text NOT NULL,
	`value` blob NOT NULL,
	`created_at` integer NOT NULL,
	`used_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `request_cache_used` ON `request_cache` (`used_at`);--> statement-breakpoint
CREATE TABLE `settings` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `decisions` (
	`no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`study_id` text NOT NULL,
	`cell_no` integer NOT NULL,
	`idx` integer NOT NULL,
	`kind` text NOT NULL,
	`value` text,
	`author` text DEFAULT 'local' NOT NULL,
	`reason` text,
	`at` integer NOT NULL,
	`undone_at` integer,
	FOREIGN KEY (`study_id`) REFERENCES `studies`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`cell_no`) REFERENCES `cells`(`no`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `decisions_row` ON `decisions` (`cell_no`,`idx`);--> statement-breakpoint
CREATE TABLE `subsets` (
	`id` text PRIMARY KEY NOT NULL,
	`study_id` text NOT NULL,
	`name` text NOT NULL,
	`state` text NOT NULL,
	`recipe` text NOT NULL,
	`row_count` integer NOT NULL,
	`created_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`study_id`) REFERENCES `studies`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `subsets_study` ON `subsets` (`study_id`);--> statement-breakpoint
CREATE TABLE `views` (
	`id` text PRIMARY KEY NOT NULL,
	`study_id` text NOT NULL,
	`name` text NOT NULL,
	`state` text NOT NULL,
	`created_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`study_id`) REFERENCES `studies`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `views_study` ON `views` (`study_id`);