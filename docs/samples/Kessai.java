// {{ja}} 決済ページへのリクエストを作り、戻りを確かめます。Java 17以降。標準のライブラリだけで動きます。
// {{en}} Makes requests to the payment page and checks what comes back. Java 17 or newer; nothing to install.
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public final class Kessai {
    static final String PAGE = "{{page}}";
    static final String MERCHANT = "{{merchant}}";
    static final Charset ENCODING = Charset.forName("{{encoding}}");

    // {{ja}} 名前と値。一つのバイトを一つの char に入れます（ISO 8859-1）。
    // {{en}} A name and a value, each byte in a char of its own (ISO 8859-1).
    record Pair(String name, String value) {}

    // {{ja}} 時刻と署名を加えます。
    // {{en}} Adds the time and the signature.
    static Map<String, String> withSig(Map<String, String> parameters, Instant now) {
        Map<String, String> signed = new LinkedHashMap<>(parameters);
        signed.put("{{time}}", String.valueOf(now.getEpochSecond()));
        signed.put("{{sig}}", sign("request", canonicalForm(toBytes(signed))));
        return signed;
    }

    // {{ja}} 時刻とキーを加えます。購入者IDを送り、署名を付けない場合だけに要ります（カード情報保持）。
    // {{en}} Adds the time and the key. Only needed with a buyer id and without a signature (card-on-file).
    static Map<String, String> withKey(Map<String, String> parameters, Instant now) {
        Map<String, String> keyed = new LinkedHashMap<>(parameters);
        String sentAt = String.valueOf(now.getEpochSecond());
        keyed.put("{{time}}", sentAt);
        keyed.put("{{key}}", cardOnFileKey(secret("{{key_password_name}}"), MERCHANT,
                keyed.get("{{amount}}"), keyed.get("{{charge}}"), keyed.get("{{user}}"), sentAt));
        return keyed;
    }

    // {{ja}} 決済ページを開くアドレス（GET）。HTMLに書くときはエスケープしてください。
    // {{en}} The address that opens the payment page (GET). Escape it when you write it into HTML.
    static String link(Map<String, String> parameters) {
        return PAGE + "?" + canonicalForm(toBytes(parameters));
    }

    // {{ja}} 決済ページを開くフォーム（POST）。
    // {{en}} The form that opens the payment page (POST).
    static String form(Map<String, String> parameters, String button) {
        StringBuilder html = new StringBuilder();
        html.append("<form method=\"post\" action=\"" + PAGE + "\" accept-charset=\"{{charset}}\">");
        parameters.forEach((name, value) -> html.append(
                "<input type=\"hidden\" name=\"" + escape(name) + "\" value=\"" + escape(value) + "\">"));
        return html + "<button>" + escape(button) + "</button></form>";
    }

    // {{ja}} 戻りの署名と時刻を確かめ、パラメータを返します。確かめられなければ IllegalArgumentException です。
    // {{ja}} raw は届いたままのクエリ（GET）か本文（POST）、address は登録した戻り先です。
    // {{en}} Checks the signature and the time of a hand-over and returns its parameters; else IllegalArgumentException.
    // {{en}} raw is the query (GET) or the body (POST) as it arrived, address the registered destination.
    // {{unsigned}} {{ja}} 先に、設定で戻りの署名を有効にしてください。署名のない戻りは、すべて例外になります。
    // {{unsigned}} {{en}} First switch on signed hand-overs in your settings: without a signature it always throws.
    static Map<String, String> handover(String raw, String address, Instant now) {
        int query = address.indexOf('?');
        List<Pair> pairs = pairs(raw);
        pairs.removeAll(pairs(query < 0 ? "" : address.substring(query + 1)));
        Map<String, String> fields = new LinkedHashMap<>();
        pairs.forEach(pair -> fields.put(pair.name(), pair.value()));
        List<Pair> signed = pairs.stream().filter(pair -> !pair.name().equals("{{return.sig}}")).toList();
        byte[] expected = bytes(sign("handover\n" + address, canonicalForm(signed)));
        byte[] given = bytes(fields.getOrDefault("{{return.sig}}", ""));
        if (!MessageDigest.isEqual(expected, given) || fields.size() != pairs.size()) {
            throw new IllegalArgumentException("the signature is not right");
        }
        long time = Long.parseLong(fields.getOrDefault("{{return.time}}", ""));
        if (Math.abs(now.getEpochSecond() - time) > 300) {
            throw new IllegalArgumentException("the time is more than 300 seconds away");
        }
        fields.replaceAll((name, value) -> new String(bytes(value), ENCODING));
        return fields;
    }

    // {{ja}} 金額が手元の注文と同じで、結果が成功であること。結果は、あることを確かめ、文字列として比べます（equals を使います）。
    // {{en}} Whether the amount is that of your order and the result is success: it is there, and it is this very string.
    static boolean isPaid(Map<String, String> fields, int orderAmount) {
        return String.valueOf(orderAmount).equals(fields.get("{{return.amount}}"))
                && "{{paid}}".equals(fields.get("{{return.result}}"));
    }

    static String cardOnFileKey(
            String password, String admin, String amount, String charge, String user, String sentAt) {
        String message = "admin=" + percentEncode(admin) + "&amount=" + percentEncode(amount)
                + "&charge=" + percentEncode(charge) + "&user=" + percentEncode(user)
                + "&time=" + percentEncode(sentAt) + "&" + password;
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes(message)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    // {{ja}} 名前のバイト順に並べ、RFC 3986 でエンコードし、「&」でつなぎます。
    // {{en}} Sorted by the bytes of the names, encoded by RFC 3986, joined with "&".
    static String canonicalForm(List<Pair> pairs) {
        return pairs.stream().sorted(Comparator.comparing(Pair::name))
                .map(pair -> percentEncode(pair.name()) + "=" + percentEncode(pair.value()))
                .collect(Collectors.joining("&"));
    }

    // {{ja}} URLEncoder は空白を「+」にし、「~」もエンコードするため、使いません。
    // {{en}} Not URLEncoder, which makes a space a "+" and encodes "~".
    static String percentEncode(String latin1) {
        StringBuilder encoded = new StringBuilder();
        for (char c : latin1.toCharArray()) {
            boolean plain = c < 128 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0);
            encoded.append(plain ? String.valueOf(c) : String.format("%%%02X", (int) c));
        }
        return encoded.toString();
    }

    static String sign(String direction, String signed) {
        try {
            byte[] key = HexFormat.of().parseHex(secret("{{sig_secret_name}}"));
            if (key.length != 32) throw new IllegalStateException("{{sig_secret_name}} is not 64 hex digits");
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return "v2:" + HexFormat.of().formatHex(mac.doFinal(bytes("kessai-sig-v2\n" + direction + "\n" + signed)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    // {{ja}} 秘密の値は環境変数から読みます。プログラムやページには書かないでください。
    // {{en}} Secrets are read from the environment. Never write them into a program or a page.
    static String secret(String name) {
        String value = System.getenv(name);
        if (value == null || value.isEmpty()) throw new IllegalStateException(name + " is not set");
        return value;
    }

    static List<Pair> toBytes(Map<String, String> parameters) {
        List<Pair> pairs = new ArrayList<>();
        parameters.forEach((name, value) -> pairs.add(new Pair(encode(name), encode(value))));
        return pairs;
    }

    // {{shift_jis}} {{ja}} Shift_JIS にない文字は例外になります。別の文字として送られるより安全です。
    // {{shift_jis}} {{en}} A character that Shift_JIS lacks throws: better than another character at the payment page.
    static String encode(String text) {
        try {
            ByteBuffer encoded = ENCODING.newEncoder().encode(CharBuffer.wrap(text));
            if (!ENCODING.decode(encoded.duplicate()).toString().equals(text)) throw new CharacterCodingException();
            return StandardCharsets.ISO_8859_1.decode(encoded).toString();
        } catch (CharacterCodingException lacking) {
            throw new IllegalArgumentException(lacking);
        }
    }

    static List<Pair> pairs(String raw) {
        List<Pair> pairs = new ArrayList<>();
        for (String piece : raw.split("&")) {
            if (piece.isEmpty()) continue;
            String[] halves = (piece + (piece.contains("=") ? "" : "=")).split("=", 2);
            pairs.add(new Pair(decode(halves[0]), decode(halves[1])));
        }
        return pairs;
    }

    static String decode(String encoded) {
        return URLDecoder.decode(encoded, StandardCharsets.ISO_8859_1);
    }

    static byte[] bytes(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
