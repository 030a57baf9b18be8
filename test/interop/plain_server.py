"""A plain server, generated from the three-rpc contract, as somebody else would write it.

Usage: plain_server.py STUBS DIRECTORY [BREAK_AFTER]. Prints its port, then serves until its standard input ends. With BREAK_AFTER, the first Upload
call is broken off after so many chunks.
"""
import concurrent.futures
import hashlib
import os
import sys
import threading

stubs, directory = sys.argv[1:3]
break_after = int(sys.argv[3]) if len(sys.argv) > 3 else None
sys.path.insert(0, stubs)
import grpc  # noqa: E402
import plain_file_transfer_pb2 as pb  # noqa: E402
import plain_file_transfer_pb2_grpc as rpc  # noqa: E402


class Service(rpc.FileTransferServiceServicer):
    def __init__(self):
        self.lock = threading.Lock()
        self.names = {}
        self.chunks = {}
        self.break_after = break_after

    def path(self, file_id):
        return os.path.join(directory, self.names.get(file_id) or file_id)

    def Upload(self, requests, context):
        total = None
        file_id = None
        for count, chunk in enumerate(requests):
            if self.break_after is not None and count == self.break_after:
                self.break_after = None
                context.abort(grpc.StatusCode.UNAVAILABLE, "broken off for the test")
            if chunk.chunk_md5 and hashlib.md5(chunk.data).hexdigest() != chunk.chunk_md5:
                return pb.UploadStatus(success=False, message="damaged chunk")
            file_id, total = chunk.file_id, chunk.total_size
            with self.lock:
                path = self.path(file_id)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "r+b" if os.path.exists(path) else "wb") as out:
                    out.seek(chunk.offset)
                    out.write(chunk.data)
                self.chunks.setdefault(file_id, {})[chunk.offset] = len(chunk.data)
        stored = sum(self.chunks.get(file_id, {}).values())
        return pb.UploadStatus(success=stored == total, message=f"{stored} of {total}")

    def QueryUploadedChunks(self, request, context):
        if request.file_name:
            self.names[request.file_id] = request.file_name
        return pb.UploadedChunks(offsets=sorted(self.chunks.get(request.file_id, {})))

    def CheckFileIntegrity(self, request, context):
        with open(self.path(request.file_id), "rb") as stored:
            return pb.FileIntegrityStatus(match=True, server_md5=hashlib.md5(stored.read()).hexdigest().upper())


server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=8))
rpc.add_FileTransferServiceServicer_to_server(Service(), server)
port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(port, flush=True)
sys.stdin.read()
server.stop(0)
