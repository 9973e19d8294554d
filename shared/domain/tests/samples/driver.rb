# Calls a sample for tests/samples.rs: a command a line, its arguments in hex between tabs, an answer a line.
require File.join(ARGV.shift, "kessai.rb")

def answer(command, arguments)
  case command
  when "key"
    Kessai.card_on_file_key(*arguments)
  when "sign"
    Kessai.sign("request", Kessai.canonical_form(Kessai.to_bytes(arguments.each_slice(2).to_h)))
  when "request"
    proof, way, now, *rest = arguments
    parameters = rest.each_slice(2).to_h
    at = Time.at(now.to_i)
    proven = proof == "sig" ? Kessai.with_sig(parameters, at) : Kessai.with_key(parameters, at)
    way == "link" ? Kessai.link(proven) : Kessai.form(proven, "Pay <now>")
  else
    raw, address, now, amount = arguments
    fields = Kessai.handover(raw, address, Time.at(now.to_i))
    [Kessai.paid?(fields, amount.to_i), *fields.map { |name, value| "#{name}=#{value}" }].join(" ")
  end
end

$stdin.each_line(chomp: true) do |line|
  command, *arguments = line.split("\t", -1)
  told = begin
    answer(command, arguments.map { |argument| [argument].pack("H*").force_encoding("UTF-8") })
  rescue Kessai::Refused, EncodingError
    "refused"
  end
  puts told.unpack1("H*")
end
