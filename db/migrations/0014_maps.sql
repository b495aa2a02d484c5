CREATE TABLE `map_cells` (
	`map_no` integer NOT NULL,
	`cell_no` integer NOT NULL,
	`places` blob NOT NULL,
	PRIMARY KEY(`map_no`, `cell_no`),
	FOREIGN KEY (`map_no`) REFERENCES `maps`(`no`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`cell_no`) REFERENCES `cells`(`no`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `map_cells_cell` ON `map_cells` (`cell_no`);--> statement-breakpoint
CREATE TABLE `maps` (
	`no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`study_id` text NOT NULL,
	`hash` text NOT NULL,
	`definition` text NOT NULL,
	`record` text,
	`sampled` blob,
	`created_at` integer NOT NULL,
	`deleted_at` integer,
	FOREIGN KEY (`study_id`) REFERENCES `studies`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `maps_id_unique` ON `maps` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `maps_hash` ON `maps` (`study_id`,`hash`);