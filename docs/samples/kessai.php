<?php
// {{ja}} 決済ページへのリクエストを作り、戻りを確かめます。PHP 8.0以降。
// {{en}} Makes requests to the payment page and checks what comes back. PHP 8.0 or newer.
// {{shift_jis}} {{ja}} mbstring が必要です。
// {{shift_jis}} {{en}} Needs mbstring.
declare(strict_types=1);

const KESSAI_PAGE = '{{page}}';
const KESSAI_MERCHANT = '{{merchant}}';

// {{ja}} 時刻と署名を加えます。値はすべて文字列で渡してください。
// {{en}} Adds the time and the signature. Every value is a string.
function kessai_with_sig(array $parameters, ?int $now = null): array
{
    $signed = ['{{time}}' => (string) ($now ?? time())] + $parameters;
    return $signed + ['{{sig}}' => kessai_sign('request', kessai_canonical_form(kessai_to_bytes($signed)))];
}

// {{ja}} 時刻とキーを加えます。購入者IDを送り、署名を付けない場合だけに要ります（カード情報保持）。
// {{en}} Adds the time and the key. Only needed with a buyer id and without a signature (card-on-file).
function kessai_with_key(array $parameters, ?int $now = null): array
{
    $sentAt = (string) ($now ?? time());
    $order = [$parameters['{{amount}}'], $parameters['{{charge}}'], $parameters['{{user}}']];
    $key = kessai_card_on_file_key(kessai_secret('{{key_password_name}}'), KESSAI_MERCHANT, ...$order, sentAt: $sentAt);
    return ['{{time}}' => $sentAt, '{{key}}' => $key] + $parameters;
}

// {{ja}} 決済ページを開くアドレス（GET）。HTMLに書くときはエスケープしてください。
// {{en}} The address that opens the payment page (GET). Escape it when you write it into HTML.
function kessai_link(array $parameters): string
{
    return KESSAI_PAGE . '?' . kessai_canonical_form(kessai_to_bytes($parameters));
}

// {{ja}} 決済ページを開くフォーム（POST）。
// {{en}} The form that opens the payment page (POST).
function kessai_form(array $parameters, string $button): string
{
    $fields = '';
    foreach ($parameters as $name => $value) {
        $fields .= sprintf('<input type="hidden" name="%s" value="%s">', kessai_escape((string) $name), kessai_escape($value));
    }
    $start = '<form method="post" action="' . KESSAI_PAGE . '" accept-charset="{{charset}}">';
    return $start . $fields . '<button>' . kessai_escape($button) . '</button></form>';
}

// {{ja}} 戻りの署名と時刻を確かめ、パラメータを返します。確かめられなければ例外です。
// {{ja}} $raw は届いたままの値です。GET なら $_SERVER['QUERY_STRING']、POST なら file_get_contents('php://input')。
// {{ja}} $_GET や $_POST は名前を書き換えることがあるため、使いません。$address は登録した戻り先です。
// {{en}} Checks the signature and the time of a hand-over and returns its parameters; throws if they are not right.
// {{en}} $raw is what arrived: for GET $_SERVER['QUERY_STRING'], for POST file_get_contents('php://input').
// {{en}} $_GET and $_POST may rewrite names and are not used. $address is the registered destination.
// {{unsigned}} {{ja}} 先に、設定で戻りの署名を有効にしてください。署名のない戻りは、すべて例外になります。
// {{unsigned}} {{en}} First switch on signed hand-overs in your settings: without a signature it always throws.
function kessai_handover(string $raw, string $address, ?int $now = null): array
{
    $ownQuery = kessai_pairs(explode('?', $address, 2)[1] ?? '');
    $pairs = array_filter(kessai_pairs($raw), fn ($pair) => !in_array($pair, $ownQuery, true));
    $fields = array_column($pairs, 1, 0);
    $signed = kessai_canonical_form(array_filter($pairs, fn ($pair) => $pair[0] !== '{{return.sig}}'));
    $expected = kessai_sign("handover\n$address", $signed);
    if (count($fields) !== count($pairs) || !hash_equals($expected, $fields['{{return.sig}}'] ?? '')) {
        throw new UnexpectedValueException('the signature is not right');
    }
    if (abs(($now ?? time()) - (int) ($fields['{{return.time}}'] ?? 0)) > 300) {
        throw new UnexpectedValueException('the time is more than 300 seconds away');
    }
    // {{utf8}}
    return $fields;
    // {{/utf8}}
    // {{shift_jis}}
    return array_map(fn ($value) => mb_convert_encoding($value, 'UTF-8', 'CP932'), $fields);
    // {{/shift_jis}}
}

// {{ja}} 金額が手元の注文と同じで、結果が成功であること。結果は、あることを確かめ、文字列として比べます（=== を使います）。
// {{en}} Whether the amount is that of your order and the result is success: it is there, and it is this very string (===).
function kessai_is_paid(array $fields, int $orderAmount): bool
{
    return ($fields['{{return.amount}}'] ?? null) === (string) $orderAmount && ($fields['{{return.result}}'] ?? null) === '{{paid}}';
}

function kessai_card_on_file_key(string $password, string $admin, string $amount, string $charge, string $user, string $sentAt): string
{
    $fields = ['admin' => $admin, 'amount' => $amount, 'charge' => $charge, 'user' => $user, 'time' => $sentAt];
    $message = implode('&', array_map(fn ($name) => $name . '=' . rawurlencode($fields[$name]), array_keys($fields)));
    return hash('sha256', $message . '&' . $password);
}

// {{ja}} 名前のバイト順に並べ、RFC 3986 でエンコードし、「&」でつなぎます。
// {{en}} Sorted by the bytes of the names, encoded by RFC 3986, joined with "&".
function kessai_canonical_form(array $pairs): string
{
    usort($pairs, fn ($one, $other) => strcmp($one[0], $other[0]));
    return implode('&', array_map(fn ($pair) => rawurlencode($pair[0]) . '=' . rawurlencode($pair[1]), $pairs));
}

function kessai_sign(string $direction, string $signed): string
{
    $secret = hex2bin(kessai_secret('{{sig_secret_name}}'));
    if ($secret === false || strlen($secret) !== 32) {
        throw new RuntimeException('{{sig_secret_name}} is not 64 hex digits');
    }
    return 'v2:' . hash_hmac('sha256', "kessai-sig-v2\n$direction\n$signed", $secret);
}

// {{ja}} 秘密の値は環境変数から読みます。プログラムやページには書かないでください。
// {{en}} Secrets are read from the environment. Never write them into a program or a page.
function kessai_secret(string $name): string
{
    $secret = getenv($name);
    return is_string($secret) && $secret !== '' ? $secret : throw new RuntimeException("$name is not set");
}

// {{shift_jis}}
// {{ja}} Shift_JIS にない文字は例外になります。別の文字として送られるより安全です。
// {{en}} A character that Shift_JIS lacks throws: better than another character at the payment page.
function kessai_to_cp932(string $text): string
{
    $bytes = mb_convert_encoding($text, 'CP932', 'UTF-8');
    return mb_convert_encoding($bytes, 'UTF-8', 'CP932') === $text ? $bytes : throw new UnexpectedValueException('not in Shift_JIS');
}

// {{/shift_jis}}
function kessai_to_bytes(array $parameters): array
{
    // {{utf8}}
    return array_map(fn ($name) => [(string) $name, $parameters[$name]], array_keys($parameters));
    // {{/utf8}}
    // {{shift_jis}}
    return array_map(fn ($name) => [(string) $name, kessai_to_cp932($parameters[$name])], array_keys($parameters));
    // {{/shift_jis}}
}

function kessai_pairs(string $raw): array
{
    $pieces = array_filter(explode('&', $raw), fn ($piece) => $piece !== '');
    return array_map(fn ($piece) => array_map('urldecode', explode('=', $piece, 2) + [1 => '']), array_values($pieces));
}

function kessai_escape(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
}
