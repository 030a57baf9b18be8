package example;

import filetransfer.PlainFileTransfer.FileChunk;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the server holds of one file: {@code data.bin} with the bytes, and {@code chunks} with a line for each chunk that is in it, so that a server that
 * starts again knows. Several calls may bring chunks at the same time.
 */
final class StoredFile {
  private final Path folder;
  /** Length by offset. */
  private final TreeMap<Long, Integer> chunks = new TreeMap<>();
  private long storedBytes;
  private long totalBytes = -1;

  private StoredFile(Path folder) {
    this.folder = folder;
  }

  static StoredFile open(Path folder) throws IOException {
    StoredFile file = new StoredFile(folder);
    if (!Files.exists(file.log())) return file;
    for (String line : Files.readAllLines(file.log())) {
      String[] figures = line.split(" ");
      // A server that is killed leaves half a line; that chunk is sent again.
      if (figures.length == 4 && figures[3].equals(".")) {
        file.totalBytes = Long.parseLong(figures[2]);
        file.add(Long.parseLong(figures[0]), Integer.parseInt(figures[1]));
      }
    }
    return file;
  }

  /** Stores a chunk; one that is stored already is dropped. Fails with a gRPC status for one that cannot belong to the file. */
  synchronized void store(FileChunk chunk) throws IOException {
    long offset = chunk.getOffset();
    int length = chunk.getData().size();
    if (totalBytes >= 0 && chunk.getTotalSize() != totalBytes)
      throw refusal("total_size was " + totalBytes + " before and is " + chunk.getTotalSize() + " now.");
    if (offset < 0 || length > chunk.getTotalSize() - offset)
      throw refusal("The chunk at " + offset + " does not lie within total_size " + chunk.getTotalSize() + ".");
    if (Integer.valueOf(length).equals(chunks.get(offset))) return;
    Map.Entry<Long, Integer> before = chunks.lowerEntry(offset + Math.max(1, length));
    if (before != null && before.getKey() + Math.max(1, before.getValue()) > offset)
      throw refusal("The chunk at " + offset + " overlaps the one at " + before.getKey() + ".");
    Files.createDirectories(folder);
    try (FileChannel data = FileChannel.open(data(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = chunk.getData().asReadOnlyByteBuffer();
      while (bytes.hasRemaining()) data.write(bytes, offset + bytes.position());
    }
    String line = offset + " " + length + " " + chunk.getTotalSize() + " .\n";
    Files.writeString(log(), line, StandardCharsets.US_ASCII, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    totalBytes = chunk.getTotalSize();
    add(offset, length);
  }

  synchronized boolean isComplete() {
    return totalBytes >= 0 && storedBytes == totalBytes;
  }

  synchronized List<Long> offsets() {
    return new ArrayList<>(chunks.keySet());
  }

  /** What is there and what is not, as a sentence. */
  synchronized String state() {
    return totalBytes < 0 ? "Nothing is stored of this file." : storedBytes + " of " + totalBytes + " bytes are stored.";
  }

  /** Reads the file again. */
  String md5() throws IOException {
    return Md5.of(data());
  }

  private void add(long offset, int length) {
    if (chunks.put(offset, length) == null) storedBytes += length;
  }

  private Path data() {
    return folder.resolve("data.bin");
  }

  private Path log() {
    return folder.resolve("chunks");
  }

  static RuntimeException refusal(String why) {
    return Status.INVALID_ARGUMENT.withDescription(why).asRuntimeException();
  }
}
