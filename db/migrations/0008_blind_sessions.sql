CREATE TABLE `blind_sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`study_id` text NOT NULL,
	`person` text NOT NULL,
	`plan` text NOT NULL,
	`pairs` text NOT NULL,
	`ended_at` integer,
	`created_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`study_id`) REFERENCES `studies`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `blind_sessions_study` ON `blind_sessions` (`study_id`);--> statement-breakpoint
CREATE TABLE `blind_verdicts` (
	`no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`session_id` text NOT NULL,
	`pair` integer NOT NULL,
	`verdict` text NOT NULL,
	`ms` integer NOT NULL,
	`at` integer NOT NULL,
	`undone_at` integer,
	FOREIGN KEY (`session_id`) REFERENCES `blind_sessions`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `blind_verdicts_session` ON `blind_verdicts` (`session_id`);