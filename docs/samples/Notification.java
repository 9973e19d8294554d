import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Checks that a notification came from Kessai. Give it the headers and the body exactly as they came, before anything reads them. Java 17. */
public final class Notification {
    /** What stands before the 32 bytes of an Ed25519 key in the form that Java reads (RFC 8410). */
    private static final byte[] ED25519 = HexFormat.of().parseHex("302a300506032b6570032100");

    private Notification() {}

    /** keys: what the console shows for this endpoint: whsec_… (shared secret) or whpk_… (public key). */
    public static boolean isGenuine(String id, String timestamp, String signatures, byte[] body, List<String> keys, long now)
            throws GeneralSecurityException {
        // An old notification that somebody recorded is not believed.
        if (!timestamp.matches("[0-9]{1,12}") || Math.abs(now - Long.parseLong(timestamp)) > 300) {
            return false;
        }
        byte[] message = concat((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8), body);
        boolean genuine = false;
        for (String signature : signatures.split(" ")) {
            String[] parts = signature.split(",", 2);
            byte[] given = parts.length == 2 ? decode(parts[1]) : new byte[0];
            for (String key : keys) {
                String[] halves = key.split("_", 2);
                byte[] secret = Base64.getDecoder().decode(halves[1]);
                if (parts[0].equals("v1") && halves[0].equals("whsec")) {
                    Mac mac = Mac.getInstance("HmacSHA256");
                    mac.init(new SecretKeySpec(secret, "HmacSHA256"));
                    genuine |= MessageDigest.isEqual(mac.doFinal(message), given);
                }
                if (parts[0].equals("v1a") && halves[0].equals("whpk") && given.length == 64) {
                    PublicKey publicKey =
                            KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(concat(ED25519, secret)));
                    Signature verifier = Signature.getInstance("Ed25519");
                    verifier.initVerify(publicKey);
                    verifier.update(message);
                    genuine |= verifier.verify(given);
                }
            }
        }
        return genuine;
    }

    private static byte[] decode(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException noBase64) {
            return new byte[0];
        }
    }

    private static byte[] concat(byte[] first, byte[] second) {
        ByteArrayOutputStream all = new ByteArrayOutputStream(first.length + second.length);
        all.writeBytes(first);
        all.writeBytes(second);
        return all.toByteArray();
    }
}
