# Checks that a notification came from Kessai. Give it the headers and the body exactly as they came, before anything reads them.
require "openssl"

module KessaiNotification
  # What stands before the 32 bytes of an Ed25519 key in the form that OpenSSL reads (RFC 8410).
  ED25519 = ["302a300506032b6570032100"].pack("H*").freeze

  # keys: what the console shows for this endpoint: whsec_… (shared secret) or whpk_… (public key)
  def self.genuine?(id, timestamp, signatures, body, keys, now)
    # An old notification that somebody recorded is not believed.
    return false unless timestamp.match?(/\A[0-9]{1,12}\z/) && (now - timestamp.to_i).abs <= 300

    message = "#{id}.#{timestamp}.".b + body.b
    signatures.split(" ").any? do |signature|
      version, text = signature.split(",", 2)
      keys.any? { |key| by?(key, version, text.to_s, message) }
    end
  end

  def self.by?(key, version, text, message)
    kind, secret = key.split("_", 2)
    secret, given = secret.unpack1("m0"), text.unpack1("m0")
    case [version, kind]
    when %w[v1 whsec]
      given.bytesize == 32 && OpenSSL.fixed_length_secure_compare(OpenSSL::HMAC.digest("SHA256", secret, message), given)
    when %w[v1a whpk]
      OpenSSL::PKey.read(ED25519 + secret).verify(nil, given, message)
    else
      false # a version of later
    end
  rescue ArgumentError, OpenSSL::PKey::PKeyError
    false # no base64, or no signature
  end
  private_class_method :by?
end
