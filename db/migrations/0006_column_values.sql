CREATE TABLE `column_values` (
	`study_id` text NOT NULL,
	`metric_id` text NOT NULL,
	`no` integer NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`study_id`, `metric_id`, `no`),
	FOREIGN KEY (`study_id`) REFERENCES `studies`(`id`) ON UPDATE no action ON DELETE cascade
);
