# {{ja}} 決済ページへのリクエストを作り、戻りを確かめます。Ruby 3.0以降。標準添付のライブラリだけで動きます。
# {{en}} Makes requests to the payment page and checks what comes back. Ruby 3.0 or newer; nothing to install.
require "cgi"
require "digest"
require "openssl"
require "uri"

module Kessai
  PAGE = "{{page}}"
  MERCHANT = "{{merchant}}"
  ENCODING = "{{encoding}}"

  # {{ja}} 確かめられない戻りです。
  # {{en}} A hand-over that is not right.
  class Refused < StandardError; end

  module_function

  # {{ja}} 時刻と署名を加えます。名前も値も文字列で渡してください。
  # {{en}} Adds the time and the signature. Names and values are strings.
  def with_sig(parameters, now = Time.now)
    signed = parameters.merge("{{time}}" => now.to_i.to_s)
    signed.merge("{{sig}}" => sign("request", canonical_form(to_bytes(signed))))
  end

  # {{ja}} 時刻とキーを加えます。購入者IDを送り、署名を付けない場合だけに要ります（カード情報保持）。
  # {{en}} Adds the time and the key. Only needed with a buyer id and without a signature (card-on-file).
  def with_key(parameters, now = Time.now)
    sent_at = now.to_i.to_s
    order = parameters.values_at("{{amount}}", "{{charge}}", "{{user}}")
    key = card_on_file_key(ENV.fetch("{{key_password_name}}"), MERCHANT, *order, sent_at)
    parameters.merge("{{time}}" => sent_at, "{{key}}" => key)
  end

  # {{ja}} 決済ページを開くアドレス（GET）。HTMLに書くときはエスケープしてください。
  # {{en}} The address that opens the payment page (GET). Escape it when you write it into HTML.
  def link(parameters)
    "#{PAGE}?#{canonical_form(to_bytes(parameters))}"
  end

  # {{ja}} 決済ページを開くフォーム（POST）。
  # {{en}} The form that opens the payment page (POST).
  def form(parameters, button)
    fields = parameters.map do |name, value|
      %(<input type="hidden" name="#{CGI.escapeHTML(name)}" value="#{CGI.escapeHTML(value)}">)
    end
    start = %(<form method="post" action="#{PAGE}" accept-charset="{{charset}}">)
    "#{start}#{fields.join}<button>#{CGI.escapeHTML(button)}</button></form>"
  end

  # {{ja}} 戻りの署名と時刻を確かめ、パラメータを返します。確かめられなければ Kessai::Refused です。
  # {{ja}} raw は届いたままのクエリ（GET）か本文（POST）、address は登録した戻り先です。
  # {{en}} Checks the signature and the time of a hand-over and returns its parameters; Kessai::Refused if they are not right.
  # {{en}} raw is the query (GET) or the body (POST) as it arrived, address the registered destination.
  # {{unsigned}} {{ja}} 先に、設定で戻りの署名を有効にしてください。署名のない戻りは、すべて Kessai::Refused になります。
  # {{unsigned}} {{en}} First switch on signed hand-overs in your settings: without a signature it is always Kessai::Refused.
  def handover(raw, address, now = Time.now)
    received = pairs(raw) - pairs(address.partition("?").last)
    fields = received.to_h
    signed = canonical_form(received.reject { |name, _| name == "{{return.sig}}" })
    expected = sign("handover\n#{address}", signed)
    right = OpenSSL.secure_compare(expected, fields.fetch("{{return.sig}}", ""))
    raise Refused, "the signature is not right" unless right && fields.size == received.size
    age_s = now.to_i - fields.fetch("{{return.time}}", "0").to_i
    raise Refused, "the time is more than 300 seconds away" if age_s.abs > 300

    fields.transform_values { |value| value.force_encoding(ENCODING).encode("UTF-8") }
  end

  # {{ja}} 金額が手元の注文と同じで、結果が成功であること。結果は、あることを確かめ、文字列として比べます。
  # {{en}} Whether the amount is that of your order and the result is success: it is there, and it is this very string.
  def paid?(fields, order_amount)
    fields["{{return.amount}}"] == order_amount.to_s && fields["{{return.result}}"] == "{{paid}}"
  end

  def card_on_file_key(password, admin, amount, charge, user, sent_at)
    fields = { "admin" => admin, "amount" => amount, "charge" => charge, "user" => user, "time" => sent_at }
    message = fields.map { |name, value| "#{name}=#{percent_encode(value)}" }.join("&")
    Digest::SHA256.hexdigest("#{message}&#{password}")
  end

  # {{ja}} 名前のバイト順に並べ、RFC 3986 でエンコードし、「&」でつなぎます。
  # {{en}} Sorted by the bytes of the names, encoded by RFC 3986, joined with "&".
  def canonical_form(pairs)
    pairs.sort.map { |name, value| "#{percent_encode(name)}=#{percent_encode(value)}" }.join("&")
  end

  def percent_encode(text)
    text.b.gsub(/[^A-Za-z0-9\-._~]/n) { |byte| format("%%%02X", byte.ord) }
  end

  # {{ja}} 秘密の値は環境変数から読みます。プログラムやページには書かないでください。
  # {{en}} Secrets are read from the environment. Never write them into a program or a page.
  def sign(direction, signed)
    secret = [ENV.fetch("{{sig_secret_name}}")].pack("H*")
    raise "{{sig_secret_name}} is not 64 hex digits" unless secret.bytesize == 32

    "v2:" + OpenSSL::HMAC.hexdigest("SHA256", secret, "kessai-sig-v2\n#{direction}\n#{signed}")
  end

  # {{shift_jis}} {{ja}} Shift_JIS にない文字は例外になります。別の文字として送られるより安全です。
  # {{shift_jis}} {{en}} A character that Shift_JIS lacks raises: better than another character at the payment page.
  def to_bytes(parameters)
    parameters.map { |name, value| [name.b, value.encode(ENCODING).b] }
  end

  def pairs(raw)
    URI.decode_www_form(raw, Encoding::BINARY)
  rescue ArgumentError
    raise Refused, "the parameters can't be read"
  end
end
