# Reads lines of hex fields (id, time, signatures, body, keys, now) and answers yes or no to each.
require File.join(ARGV.shift, "notification")
STDIN.each_line do |line|
  id, time, signatures, body, keys, now = line.chomp.split("\t", -1).map { |field| [field].pack("H*") }
  puts KessaiNotification.genuine?(id, time, signatures, body, keys.split(" "), now.to_i) ? "yes" : "no"
end
