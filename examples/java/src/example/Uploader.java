package example;

import filetransfer.FileTransferServiceGrpc;
import filetransfer.PlainFileTransfer.FileChunk;
import filetransfer.PlainFileTransfer.FileIdentifier;
import filetransfer.PlainFileTransfer.FileIntegrityStatus;
import filetransfer.PlainFileTransfer.UploadStatus;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Uploads one file over the three-rpc contract: asks what is stored, sends what is missing, and compares the MD5 at the end. The file is read once, and no
 * more of it is in memory than what is on its way.
 */
public final class Uploader {
  private static final int CHUNK_BYTES = 1024 * 1024;
  private static final int ANSWER_WITHIN_S = 30;
  /** A server reads the file again to tell its MD5: a slow disk gives so much in a second. */
  private static final long READ_BYTES_PER_SECOND = 10_000_000;
  /** Where a Longshore receiver tells why it refuses, in a word that stays the same. */
  private static final Metadata.Key<String> REASON =
      Metadata.Key.of("x-upload-reason", Metadata.ASCII_STRING_MARSHALLER);

  private final ManagedChannel channel;
  private final boolean neverPauses;
  private final boolean alwaysCalls;

  private Uploader(ManagedChannel channel, boolean neverPauses, boolean alwaysCalls) {
    this.channel = channel;
    this.neverPauses = neverPauses;
    this.alwaysCalls = alwaysCalls;
  }

  public static void main(String[] args) throws Exception {
    List<String> flags = Arrays.stream(args).filter(arg -> arg.startsWith("--")).toList();
    List<String> words = Arrays.stream(args).filter(arg -> !arg.startsWith("--")).toList();
    if (words.size() != 2 || !List.of("--never-pause", "--always-call").containsAll(flags)) {
      System.err.println("Usage: Uploader HOST:PORT FILE [--never-pause] [--always-call]");
      System.exit(2);
    }
    ManagedChannel channel = ManagedChannelBuilder.forTarget(words.get(0)).usePlaintext().build();
    boolean isStored = false;
    try {
      Uploader uploader = new Uploader(channel, flags.contains("--never-pause"), flags.contains("--always-call"));
      isStored = uploader.upload(Path.of(words.get(1)));
    } catch (StatusRuntimeException error) {
      Metadata trailers = Status.trailersFromThrowable(error);
      String reason = trailers == null ? null : trailers.get(REASON);
      System.err.println(error.getStatus() + (reason == null ? "" : ", reason " + reason));
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
    System.exit(isStored ? 0 : 1);
  }

  /** True when the server has the whole file, and the very bytes that are here. */
  private boolean upload(Path path) throws IOException, InterruptedException {
    long size = Files.size(path);
    String name = path.getFileName().toString();
    // Two files of one name and size share this id: good enough where each sender has its own folder. Longshore's own senders use a random one.
    String fileId = Md5.hex(Md5.start().digest((name + size).getBytes(StandardCharsets.UTF_8)));
    FileIdentifier file = FileIdentifier.newBuilder().setFileId(fileId).setFileName(name).build();
    Set<Long> stored = new HashSet<>(questions(ANSWER_WITHIN_S).queryUploadedChunks(file).getOffsetsList());
    long last = lastMissing(size, stored);
    MessageDigest md5 = Md5.start();
    long sent = 0;

    // Some clients make the call even when nothing is missing, and complete it without a chunk.
    Call call = last < 0 && !alwaysCalls ? null : open();
    try (InputStream input = Files.newInputStream(path)) {
      for (long offset = 0; offset == 0 || offset < size; offset += CHUNK_BYTES) {
        byte[] data = input.readNBytes((int) Math.min(CHUNK_BYTES, size - offset));
        md5.update(data);
        if (stored.contains(offset) || call == null || !call.awaitRoom(neverPauses)) continue;
        FileChunk.Builder chunk = FileChunk.newBuilder().setFileId(fileId).setOffset(offset).setTotalSize(size);
        chunk.setData(ByteString.copyFrom(data)).setChunkMd5(Md5.hex(Md5.start().digest(data)));
        // The last one that is really sent: the one that ends the file may be stored already.
        call.requests.onNext(chunk.setIsLast(offset == last).build());
        sent += data.length;
        if (offset / CHUNK_BYTES % 16 == 0) System.out.println("sending " + sent);
      }
    }
    if (call != null) {
      UploadStatus status = call.awaitAnswer();
      System.out.println("answer " + status.getSuccess() + " " + status.getMessage());
    }
    int withinS = ANSWER_WITHIN_S + (int) (size / READ_BYTES_PER_SECOND);
    FileIntegrityStatus integrity = questions(withinS).checkFileIntegrity(file);
    boolean isStored = integrity.getServerMd5().equalsIgnoreCase(Md5.hex(md5.digest()));
    System.out.println("sent " + sent + " of " + size);
    System.out.println(isStored ? "stored, MD5 " + integrity.getServerMd5() : "not stored: " + integrity.getMessage());
    return isStored;
  }

  private FileTransferServiceGrpc.FileTransferServiceBlockingStub questions(int withinS) {
    return FileTransferServiceGrpc.newBlockingStub(channel).withDeadlineAfter(withinS, TimeUnit.SECONDS);
  }

  private Call open() {
    Call call = new Call();
    FileTransferServiceGrpc.newStub(channel).upload(call);
    return call;
  }

  /** Where the last chunk begins that is not stored; -1 when all are. */
  private static long lastMissing(long size, Set<Long> stored) {
    long last = -1;
    for (long offset = 0; offset == 0 || offset < size; offset += CHUNK_BYTES) {
      if (!stored.contains(offset)) last = offset;
    }
    return last;
  }

  /** One Upload call. Its methods wait; what gRPC calls back wakes them. */
  private static final class Call implements ClientResponseObserver<FileChunk, UploadStatus> {
    private ClientCallStreamObserver<FileChunk> requests;
    private UploadStatus answer;
    private Throwable failure;
    private boolean isOver;

    @Override
    public void beforeStart(ClientCallStreamObserver<FileChunk> stream) {
      requests = stream;
      requests.setOnReadyHandler(this::wake);
    }

    @Override
    public synchronized void onNext(UploadStatus status) {
      answer = status;
      notifyAll();
    }

    @Override
    public synchronized void onError(Throwable error) {
      failure = error;
      isOver = true;
      notifyAll();
    }

    @Override
    public synchronized void onCompleted() {
      isOver = true;
      notifyAll();
    }

    /** Waits until gRPC has room for another chunk: without this, a slow network fills the memory. False when no chunk will be taken any more. */
    private synchronized boolean awaitRoom(boolean neverPauses) throws InterruptedException {
      while (!neverPauses && !isOver && answer == null && !requests.isReady()) wait();
      return !isOver && answer == null;
    }

    private synchronized UploadStatus awaitAnswer() throws InterruptedException {
      if (!isOver && answer == null) requests.onCompleted();
      while (!isOver && answer == null) wait();
      if (answer != null) return answer;
      if (failure == null) return UploadStatus.newBuilder().setMessage("The server ended the call without an answer.").build();
      throw Status.fromThrowable(failure).asRuntimeException(Status.trailersFromThrowable(failure));
    }

    private synchronized void wake() {
      notifyAll();
    }
  }
}
