CREATE TABLE `benchmark_texts` (
	`sha256` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`items` text NOT NULL,
	`created_at` integer NOT NULL
);
