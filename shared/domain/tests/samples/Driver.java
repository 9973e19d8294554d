// Calls a sample for tests/samples.rs: a command a line, its arguments in hex between tabs, an answer a line.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

public final class Driver {
    static Map<String, String> pairs(List<String> list) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (int at = 0; at < list.size(); at += 2) pairs.put(list.get(at), list.get(at + 1));
        return pairs;
    }

    static String answer(String command, List<String> list) {
        switch (command) {
            case "key":
                return Kessai.cardOnFileKey(list.get(0), list.get(1), list.get(2), list.get(3), list.get(4), list.get(5));
            case "sign":
                return Kessai.sign("request", Kessai.canonicalForm(Kessai.toBytes(pairs(list))));
            case "request":
                Map<String, String> parameters = pairs(list.subList(3, list.size()));
                Instant at = Instant.ofEpochSecond(Long.parseLong(list.get(2)));
                Map<String, String> proven =
                        list.get(0).equals("sig") ? Kessai.withSig(parameters, at) : Kessai.withKey(parameters, at);
                return list.get(1).equals("link") ? Kessai.link(proven) : Kessai.form(proven, "Pay <now>");
            default:
                Instant now = Instant.ofEpochSecond(Long.parseLong(list.get(2)));
                Map<String, String> fields = Kessai.handover(list.get(0), list.get(1), now);
                StringBuilder told = new StringBuilder();
                told.append(Kessai.isPaid(fields, Integer.parseInt(list.get(3))));
                fields.forEach((name, value) -> told.append(" " + name + "=" + value));
                return told.toString();
        }
    }

    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            List<String> list = Arrays.stream(line.split("\t", -1)).skip(1)
                    .map(hex -> new String(HexFormat.of().parseHex(hex), StandardCharsets.UTF_8)).toList();
            String told;
            try {
                told = answer(line.split("\t", -1)[0], list);
            } catch (IllegalArgumentException refusal) {
                told = "refused";
            }
            System.out.println(HexFormat.of().formatHex(told.getBytes(StandardCharsets.UTF_8)));
        }
    }
}
