<?php
// Ask a Chaffinch server about a comment, from PHP 7.4 or newer; needs no extension.
// Never throws: without an answer the verdict is "unsure", which means: hold the comment.

function chaffinch_check(string $server, string $key, array $comment, int $timeout_s = 5, int $tries = 2): array
{
    // The same name at every try: a try whose answer was lost is not counted twice.
    $name = bin2hex(random_bytes(16));
    $error = '';
    $body = json_encode(['comment' => (object) $comment], JSON_INVALID_UTF8_SUBSTITUTE);
    for ($turn = 0; $turn < $tries; $turn++) {
        $context = stream_context_create(['http' => [
            'method' => 'POST',
            'header' => "Authorization: Bearer $key\r\nContent-Type: application/json\r\nIdempotency-Key: $name\r\n",
            'content' => $body,
            'timeout' => $timeout_s,
            'ignore_errors' => true,
            'follow_location' => 0,
        ]]);
        $raw = @file_get_contents(rtrim($server, '/') . '/api/v1/check', false, $context);
        $told = $raw === false ? null : json_decode($raw, true);
        if (is_array($told) && in_array($told['verdict'] ?? '', ['ham', 'unsure', 'spam'], true)) {
            return $told;
        }
        $error = is_array($told) ? ($told['detail'] ?? 'refused') : 'the server could not be asked';
        if (is_array($told) && ($told['status'] ?? 503) < 500 && $told['status'] !== 429) {
            break;
        }
    }
    return ['verdict' => 'unsure', 'blatant' => false, 'guid' => '', 'reasons' => [], 'error' => $error];
}
