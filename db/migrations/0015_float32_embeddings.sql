-- The embedded embeddings are computed in float32 from other weights: what the last test found is of the model before.
UPDATE `backends` SET `probe` = NULL, `probed_at` = NULL WHERE `kind` = 'embedded-embeddings';--> statement-breakpoint
UPDATE `backends` SET `config` = json_replace(`config`, '$.modelId', 'all-minilm-l6-v2')
WHERE `kind` = 'embedded-embeddings'
  AND CASE WHEN json_valid(`config`) THEN json_extract(`config`, '$.modelId') END = 'all-minilm-l6-v2-int8';
