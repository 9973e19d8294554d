<?php
// Checks that a notification came from Kessai. Give it the headers and the body exactly as they came, before anything reads them.
declare(strict_types=1);

/**
 * @param list<string> $keys what the console shows for this endpoint: `whsec_…` (shared secret) or `whpk_…` (public key)
 */
function kessai_is_genuine(string $id, string $timestamp, string $signatures, string $body, array $keys, int $now): bool
{
    // An old notification that somebody recorded is not believed.
    if (!preg_match('/^[0-9]{1,12}$/', $timestamp) || abs($now - (int) $timestamp) > 300) {
        return false;
    }
    $message = "$id.$timestamp.$body";
    $genuine = false;
    foreach (explode(' ', $signatures) as $signature) {
        [$version, $text] = explode(',', $signature, 2) + [1 => ''];
        $bytes = base64_decode($text, true);
        foreach ($keys as $key) {
            [$kind, $secret] = explode('_', $key, 2);
            $secret = (string) base64_decode($secret, true);
            if ($bytes !== false && $version === 'v1' && $kind === 'whsec') {
                $genuine = hash_equals(hash_hmac('sha256', $message, $secret, true), $bytes) || $genuine;
            }
            if ($bytes !== false && $version === 'v1a' && $kind === 'whpk' && strlen($bytes) === SODIUM_CRYPTO_SIGN_BYTES) {
                $genuine = sodium_crypto_sign_verify_detached($bytes, $message, $secret) || $genuine;
            }
        }
    }
    return $genuine;
}
