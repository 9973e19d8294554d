<?php
// Reads lines of hex fields (id, time, signatures, body, keys, now) and answers `yes` or `no` to each.
declare(strict_types=1);
error_reporting(E_ALL);
require $argv[1] . '/notification.php';
while (($line = fgets(STDIN)) !== false) {
    [$id, $time, $signatures, $body, $keys, $now] = array_map('hex2bin', explode("\t", rtrim($line, "\n")));
    echo kessai_is_genuine($id, $time, $signatures, $body, explode(' ', $keys), (int) $now) ? 'yes' : 'no', "\n";
}
