<?php
// Calls a sample for tests/samples.rs: a command a line, its arguments in hex between tabs, an answer a line.
declare(strict_types=1);
require $argv[1] . '/kessai.php';

function pairs(array $arguments): array
{
    $pairs = [];
    foreach (array_chunk($arguments, 2) as [$name, $value]) {
        $pairs[$name] = $value;
    }
    return $pairs;
}

function answer(string $command, array $arguments): string
{
    switch ($command) {
        case 'key':
            return kessai_card_on_file_key(...$arguments);
        case 'sign':
            return kessai_sign('request', kessai_canonical_form(kessai_to_bytes(pairs($arguments))));
        case 'request':
            [$proof, $way, $now] = $arguments;
            $parameters = pairs(array_slice($arguments, 3));
            $proven = $proof === 'sig' ? kessai_with_sig($parameters, (int) $now) : kessai_with_key($parameters, (int) $now);
            return $way === 'link' ? kessai_link($proven) : kessai_form($proven, 'Pay <now>');
        default:
            [$raw, $address, $now, $amount] = $arguments;
            $fields = kessai_handover($raw, $address, (int) $now);
            $shown = array_map(fn ($name) => "$name=$fields[$name]", array_keys($fields));
            return implode(' ', [kessai_is_paid($fields, (int) $amount) ? 'true' : 'false', ...$shown]);
    }
}

while (($line = fgets(STDIN)) !== false) {
    $arguments = explode("\t", rtrim($line, "\n"));
    $command = array_shift($arguments);
    try {
        $told = answer($command, array_map('hex2bin', $arguments));
    } catch (UnexpectedValueException) {
        $told = 'refused';
    }
    echo bin2hex($told), "\n";
}
