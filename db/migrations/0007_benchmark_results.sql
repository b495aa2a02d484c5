CREATE TABLE `result_files` (
	`id` text PRIMARY KEY NOT NULL,
	`study_id` text NOT NULL,
	`name` text NOT NULL,
	`format` text NOT NULL,
	`sha256` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`created_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`study_id`) REFERENCES `studies`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `result_files_study` ON `result_files` (`study_id`);--> statement-breakpoint
CREATE TABLE `result_items` (
	`result_no` integer PRIMARY KEY NOT NULL,
	`file_id` text NOT NULL,
	`count` integer NOT NULL,
	`items` text NOT NULL,
	FOREIGN KEY (`result_no`) REFERENCES `results`(`no`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`file_id`) REFERENCES `result_files`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `result_items_file` ON `result_items` (`file_id`);--> statement-breakpoint
CREATE TABLE `result_models` (
	`study_id` text NOT NULL,
	`source` text NOT NULL,
	`model` text NOT NULL,
	`mapping` text NOT NULL,
	PRIMARY KEY(`study_id`, `source`, `model`),
	FOREIGN KEY (`study_id`) REFERENCES `studies`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `results` (
	`no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`file_id` text NOT NULL,
	`facts` text NOT NULL,
	FOREIGN KEY (`file_id`) REFERENCES `result_files`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `results_file` ON `results` (`file_id`);