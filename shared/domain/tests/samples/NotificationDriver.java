import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/** Reads lines of hex fields (id, time, signatures, body, keys, now) and answers yes or no to each. */
public final class NotificationDriver {
    private NotificationDriver() {}

    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] fields = line.split("\t", -1);
            boolean genuine = Notification.isGenuine(
                    text(fields[0]), text(fields[1]), text(fields[2]), bytes(fields[3]), List.of(text(fields[4]).split(" ")),
                    Long.parseLong(text(fields[5])));
            System.out.println(genuine ? "yes" : "no");
        }
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static String text(String hex) {
        return new String(bytes(hex), StandardCharsets.UTF_8);
    }
}
