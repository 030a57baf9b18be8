package example;

import filetransfer.FileTransferServiceGrpc.FileTransferServiceImplBase;
import filetransfer.PlainFileTransfer.FileChunk;
import filetransfer.PlainFileTransfer.FileIdentifier;
import filetransfer.PlainFileTransfer.FileIntegrityStatus;
import filetransfer.PlainFileTransfer.UploadStatus;
import filetransfer.PlainFileTransfer.UploadedChunks;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Receives files over the three-rpc contract, each in a folder that is called by its id. */
public final class PlainServer extends FileTransferServiceImplBase {
  private final Path directory;
  private final boolean neverAnswers;
  private final Map<String, StoredFile> files = new ConcurrentHashMap<>();

  private PlainServer(Path directory, boolean neverAnswers) {
    this.directory = directory;
    this.neverAnswers = neverAnswers;
  }

  public static void main(String[] args) throws Exception {
    boolean neverAnswers = args.length == 3 && args[2].equals("--never-answer");
    if (args.length != 2 && !neverAnswers) {
      System.err.println("Usage: PlainServer PORT DIRECTORY [--never-answer]");
      System.exit(2);
    }
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0]));
    PlainServer service = new PlainServer(Path.of(args[1]), neverAnswers);
    Server server = NettyServerBuilder.forAddress(address).addService(service).build().start();
    System.out.println("listening on " + server.getPort());
    server.awaitTermination();
  }

  /** gRPC hands over one chunk after the other and reads no more than it may keep, so nothing piles up here. */
  @Override
  public StreamObserver<FileChunk> upload(StreamObserver<UploadStatus> answers) {
    return new StreamObserver<>() {
      private StoredFile file;
      private boolean isAnswered;

      @Override
      public void onNext(FileChunk chunk) {
        if (isAnswered) return;
        try {
          String md5 = chunk.getChunkMd5();
          byte[] data = chunk.getData().toByteArray();
          if (!md5.isEmpty() && !md5.equalsIgnoreCase(Md5.hex(Md5.start().digest(data)))) return;
          file = fileOf(chunk.getFileId());
          file.store(chunk);
          if (file.isComplete()) answer();
        } catch (IOException | RuntimeException error) {
          isAnswered = true;
          answers.onError(statusOf(error));
        }
      }

      @Override
      public void onCompleted() {
        if (!isAnswered) answer();
      }

      @Override
      public void onError(Throwable error) {
        // The client is gone; what it sent is kept.
      }

      /** Once, whatever comes afterwards. */
      private void answer() {
        isAnswered = true;
        if (neverAnswers) return;
        UploadStatus.Builder status = UploadStatus.newBuilder();
        try {
          if (file == null) status.setMessage("The call carried no chunk that arrived whole.");
          else if (!file.isComplete()) status.setMessage(file.state());
          else status.setSuccess(true).setMessage("Stored, MD5 " + file.md5());
          answers.onNext(status.build());
          answers.onCompleted();
        } catch (IOException error) {
          answers.onError(statusOf(error));
        }
      }
    };
  }

  @Override
  public void queryUploadedChunks(FileIdentifier request, StreamObserver<UploadedChunks> answers) {
    answer(answers, () -> UploadedChunks.newBuilder().addAllOffsets(fileOf(request.getFileId()).offsets()).build());
  }

  @Override
  public void checkFileIntegrity(FileIdentifier request, StreamObserver<FileIntegrityStatus> answers) {
    answer(answers, () -> {
      StoredFile file = fileOf(request.getFileId());
      FileIntegrityStatus.Builder status = FileIntegrityStatus.newBuilder().setMessage(file.state());
      return file.isComplete() ? status.setMatch(true).setServerMd5(file.md5()).build() : status.build();
    });
  }

  /** The id becomes the name of a folder, so it may hold nothing that leads out of the directory. */
  private StoredFile fileOf(String fileId) throws IOException {
    if (!fileId.matches("[A-Za-z0-9_-]{1,255}"))
      throw StoredFile.refusal("Expected a file_id of 1 to 255 characters of A-Za-z0-9_-.");
    StoredFile known = files.get(fileId);
    if (known != null) return known;
    StoredFile opened = StoredFile.open(directory.resolve(fileId));
    StoredFile other = files.putIfAbsent(fileId, opened);
    return other == null ? opened : other;
  }

  private interface Reply<T> {
    T get() throws IOException;
  }

  private static <T> void answer(StreamObserver<T> answers, Reply<T> reply) {
    try {
      answers.onNext(reply.get());
      answers.onCompleted();
    } catch (IOException | RuntimeException error) {
      answers.onError(statusOf(error));
    }
  }

  /** A client that hears nothing but UNKNOWN cannot tell what is wrong. */
  private static Throwable statusOf(Exception error) {
    Status status = Status.fromThrowable(error);
    if (status.getCode() != Status.Code.UNKNOWN) return status.asRuntimeException();
    return Status.INTERNAL.withDescription("The server cannot store this: " + error.getMessage()).withCause(error).asRuntimeException();
  }
}
