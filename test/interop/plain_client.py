"""A plain client, generated from the three-rpc contract: uploads a file out of order, with duplicates, on two calls at once.

Usage: plain_client.py STUBS ADDRESS FILE NAME, where STUBS is the folder of the generated modules. Prints one JSON object with what it was told.
"""
import concurrent.futures
import hashlib
import json
import os
import random
import sys

stubs, address, path, name = sys.argv[1:]
sys.path.insert(0, stubs)
import grpc  # noqa: E402
import plain_file_transfer_pb2 as pb  # noqa: E402
import plain_file_transfer_pb2_grpc as rpc  # noqa: E402

CHUNK = 256 * 1024
with open(path, "rb") as source:
    content = source.read()
file_id = hashlib.md5((os.path.basename(path) + str(len(content))).encode()).hexdigest()


def chunk(offset):
    data = content[offset:offset + CHUNK]
    return pb.FileChunk(file_id=file_id, offset=offset, total_size=len(content), data=data,
                        chunk_md5=hashlib.md5(data).hexdigest(), is_last=offset + len(data) == len(content))


with grpc.insecure_channel(address) as channel:
    client = rpc.FileTransferServiceStub(channel)
    before = client.QueryUploadedChunks(pb.FileIdentifier(file_id=file_id, file_name=name))
    offsets = list(range(0, len(content), CHUNK)) or [0]
    order = offsets + random.Random(7).sample(offsets, len(offsets) // 3)
    random.Random(11).shuffle(order)
    # The last chunk is kept back, so that the two calls end with the file incomplete and it is finished by a third.
    kept_back = max(offsets)
    early = [o for o in order if o != kept_back]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        halves = [early[: len(early) // 2], early[len(early) // 2:]] if early else []
        partial = list(pool.map(lambda half: client.Upload(map(chunk, half)), halves))
    between = client.QueryUploadedChunks(pb.FileIdentifier(file_id=file_id))
    status = client.Upload(iter([chunk(kept_back)]))
    after = client.QueryUploadedChunks(pb.FileIdentifier(file_id=file_id))
    integrity = client.CheckFileIntegrity(pb.FileIdentifier(file_id=file_id, file_name=name))

print(json.dumps({
    "before": list(before.offsets),
    "partial": [{"success": s.success, "message": s.message} for s in partial],
    "between": sorted(between.offsets),
    "offsets": offsets,
    "kept_back": kept_back,
    "after": sorted(after.offsets),
    "success": status.success,
    "message": status.message,
    "match": integrity.match,
    "server_md5": integrity.server_md5,
    "md5": hashlib.md5(content).hexdigest(),
}))
