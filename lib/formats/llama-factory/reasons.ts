/** Reason -> what is true of the rows that training would leave out or stop at, after "<n> rows". */
export const REASONS: Record<string, string> = {
  response_missing: 'have no response: training would leave them out',
  response_empty: 'have an empty response: the model would be trained to answer nothing',
  role_order:
    'have messages in an order that training leaves out (user and assistant must alternate, known roles only)',
  role_unknown:
    'hold a message of a speaker that is none of system, user, assistant, function and tool',
  media_unsupported: 'come with images, videos or audios, which this format cannot hold',
  odd_number_of_messages: 'do not end with an answer: training would leave them out',
  no_turns: 'hold no message but the system one: training would leave them out',
  tool_calls: 'hold tool calls, which this bundle cannot express',
  non_text_content: 'hold images or other content that is not text',
  content_not_text: 'hold a message whose content is not text',
  message_not_an_object: 'hold a message that is not an object',
  lone_surrogate: 'hold a lone surrogate, which the loader removes or refuses',
  tools_blank: 'have tools that are blank: training stops at them (no tools is an empty text)',
  tools_not_json: 'have tools that are not JSON: training stops at them',
  tools_not_a_list: 'have tools that are not a list of objects: training stops at them',
  tools_incomplete:
    'have a tool without name or parameters.properties: training stops at it under the template "default"',
  function_call_not_json: 'hold a function call that is not JSON: training stops at it',
  function_call_incomplete:
    'hold a function call without "name" or "arguments": training stops at it',
  media_mismatch:
    'hold <image>, <video> or <audio> in another number than files: training stops at them',
  media_missing:
    'are multimodal and have no images, videos or audios column: half of the row is lost',
  media_not_paths: 'have images, videos or audios that are not a list of paths',
  media_text_template:
    'come with images, videos or audios: training stops at them under the template "default"; name the template of a multimodal model, such as qwen2_vl',
  rejected_response:
    'are marked as rejected answers (kto_tag or label is false): choose the stage "kto" to train with the marks',
  preference: 'hold a chosen and a rejected answer: choose the stage "dpo" to train with both',
  verdict_missing: 'are not marked as good or bad (kto_tag or label), which the stage "kto" needs',
  pair_missing: 'have no chosen and rejected answer, which the stage "dpo" needs',
  pair_unreadable: 'have a chosen or a rejected answer that is neither text nor one message',
}

/** Reason -> remark on rows that are written, after "<n> rows". */
export const REMARKS = {
  prompt_empty: 'have an empty prompt.',
  response_empty: 'have an empty response and are kept, as chosen.',
  duplicate_prompt: 'repeat a prompt (all turns before the answer).',
  duplicate_row: 'repeat an earlier row whole.',
  placeholder_text:
    'hold <image>, <video> or <audio> and no files: a text model learns them as text, training of a multimodal model stops at them.',
  tools_incomplete:
    'have a tool without name or parameters.properties: training stops at it under templates with the plain tool format.',
  media_files:
    'name files that are not in the bundle: put them into its folder (media_dir) before training.',
} as const
