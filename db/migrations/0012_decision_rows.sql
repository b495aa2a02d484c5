CREATE TABLE `__new_decisions` (
	`no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`study_id` text NOT NULL,
	`kind` text NOT NULL,
	`value` text,
	`removes` integer DEFAULT false NOT NULL,
	`author` text DEFAULT 'local' NOT NULL,
	`reason` text,
	`filter` text,
	`row_count` integer NOT NULL,
	`at` integer NOT NULL,
	`undone_at` integer,
	`turns` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`study_id`) REFERENCES `studies`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
INSERT INTO `__new_decisions`("no", "study_id", "kind", "value", "author", "reason", "row_count", "at", "undone_at") SELECT "no", "study_id", "kind", "value", "author", "reason", 1, "at", "undone_at" FROM `decisions`;--> statement-breakpoint
ALTER TABLE `decisions` RENAME TO `__old_decisions`;--> statement-breakpoint
ALTER TABLE `__new_decisions` RENAME TO `decisions`;--> statement-breakpoint
CREATE TABLE `decision_rows` (
	`decision_no` integer NOT NULL,
	`cell_no` integer NOT NULL,
	`first` integer NOT NULL,
	`last` integer NOT NULL,
	`bits` blob,
	PRIMARY KEY(`decision_no`, `cell_no`, `first`),
	FOREIGN KEY (`decision_no`) REFERENCES `decisions`(`no`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`cell_no`) REFERENCES `cells`(`no`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
INSERT INTO `decision_rows`("decision_no", "cell_no", "first", "last") SELECT "no", "cell_no", "idx", "idx" FROM `__old_decisions`;--> statement-breakpoint
DROP TABLE `__old_decisions`;--> statement-breakpoint
CREATE INDEX `decision_rows_cell` ON `decision_rows` (`cell_no`);--> statement-breakpoint
CREATE INDEX `decisions_study` ON `decisions` (`study_id`);
