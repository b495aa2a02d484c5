CREATE TABLE `text_backlog` (
	`kind` text NOT NULL,
	`no` integer NOT NULL,
	`next` integer NOT NULL,
	PRIMARY KEY(`kind`, `no`)
);
--> statement-breakpoint
INSERT INTO `text_backlog` SELECT 'rows', `no`, 0 FROM `cells` UNION ALL SELECT 'responses', `no`, 0 FROM `response_sets`;
--> statement-breakpoint
CREATE VIRTUAL TABLE `text_words` USING fts5(instruction, input, response, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co M*'");
--> statement-breakpoint
CREATE VIRTUAL TABLE `text_trigrams` USING fts5(instruction, input, response, content='', contentless_delete=1, detail=none, tokenize='trigram');
--> statement-breakpoint
CREATE TRIGGER `rows_index` AFTER INSERT ON `rows` BEGIN
	INSERT INTO `text_words` (rowid, instruction, input) VALUES (new.cell_no * 8589934592 + new.idx, new.instruction, new.input);
	INSERT INTO `text_trigrams` (rowid, instruction, input) VALUES (new.cell_no * 8589934592 + new.idx, new.instruction, new.input);
END;
--> statement-breakpoint
CREATE TRIGGER `rows_unindex` AFTER DELETE ON `rows` BEGIN
	DELETE FROM `text_words` WHERE rowid = old.cell_no * 8589934592 + old.idx;
	DELETE FROM `text_trigrams` WHERE rowid = old.cell_no * 8589934592 + old.idx;
END;
--> statement-breakpoint
CREATE TRIGGER `responses_index` AFTER INSERT ON `responses` BEGIN
	INSERT OR REPLACE INTO `text_words` (rowid, response) VALUES (new.set_no * 8589934592 + 4294967296 + new.idx, new.text);
	INSERT OR REPLACE INTO `text_trigrams` (rowid, response) VALUES (new.set_no * 8589934592 + 4294967296 + new.idx, new.text);
END;
--> statement-breakpoint
CREATE TRIGGER `responses_unindex` AFTER DELETE ON `responses` BEGIN
	DELETE FROM `text_words` WHERE rowid = old.set_no * 8589934592 + 4294967296 + old.idx;
	DELETE FROM `text_trigrams` WHERE rowid = old.set_no * 8589934592 + 4294967296 + old.idx;
END;
