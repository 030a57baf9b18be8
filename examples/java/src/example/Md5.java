package example;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** MD5 as the contract wants it: 32 hex digits. */
final class Md5 {
  private static final int BUFFER_BYTES = 1024 * 1024;

  private Md5() {}

  static MessageDigest start() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException error) {
      throw new IllegalStateException("Every Java has MD5.", error);
    }
  }

  static String hex(byte[] digest) {
    return HexFormat.of().formatHex(digest);
  }

  /** Of a file of any length, piece by piece: an array would end at 2 GiB, and the memory before that. */
  static String of(Path file) throws IOException {
    MessageDigest md5 = start();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream input = Files.newInputStream(file)) {
      for (int length = input.read(buffer); length >= 0; length = input.read(buffer)) md5.update(buffer, 0, length);
    }
    return hex(md5.digest());
  }
}
