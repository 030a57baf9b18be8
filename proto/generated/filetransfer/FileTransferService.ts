// Original file: file_transfer.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AbortUploadReplyInput as _filetransfer_AbortUploadReplyInput, AbortUploadReply as _filetransfer_AbortUploadReply } from '../filetransfer/AbortUploadReply.ts';
import type { AbortUploadRequestInput as _filetransfer_AbortUploadRequestInput, AbortUploadRequest as _filetransfer_AbortUploadRequest } from '../filetransfer/AbortUploadRequest.ts';
import type { BeginUploadReplyInput as _filetransfer_BeginUploadReplyInput, BeginUploadReply as _filetransfer_BeginUploadReply } from '../filetransfer/BeginUploadReply.ts';
import type { BeginUploadRequestInput as _filetransfer_BeginUploadRequestInput, BeginUploadRequest as _filetransfer_BeginUploadRequest } from '../filetransfer/BeginUploadRequest.ts';
import type { CheckPathsReplyInput as _filetransfer_CheckPathsReplyInput, CheckPathsReply as _filetransfer_CheckPathsReply } from '../filetransfer/CheckPathsReply.ts';
import type { CheckPathsRequestInput as _filetransfer_CheckPathsRequestInput, CheckPathsRequest as _filetransfer_CheckPathsRequest } from '../filetransfer/CheckPathsRequest.ts';
import type { ChunkAckInput as _filetransfer_ChunkAckInput, ChunkAck as _filetransfer_ChunkAck } from '../filetransfer/ChunkAck.ts';
import type { ClaimUploadReplyInput as _filetransfer_ClaimUploadReplyInput, ClaimUploadReply as _filetransfer_ClaimUploadReply } from '../filetransfer/ClaimUploadReply.ts';
import type { ClaimUploadRequestInput as _filetransfer_ClaimUploadRequestInput, ClaimUploadRequest as _filetransfer_ClaimUploadRequest } from '../filetransfer/ClaimUploadRequest.ts';
import type { FileChunkInput as _filetransfer_FileChunkInput, FileChunk as _filetransfer_FileChunk } from '../filetransfer/FileChunk.ts';
import type { FileIdentifierInput as _filetransfer_FileIdentifierInput, FileIdentifier as _filetransfer_FileIdentifier } from '../filetransfer/FileIdentifier.ts';
import type { FileIntegrityStatusInput as _filetransfer_FileIntegrityStatusInput, FileIntegrityStatus as _filetransfer_FileIntegrityStatus } from '../filetransfer/FileIntegrityStatus.ts';
import type { FinishUploadReplyInput as _filetransfer_FinishUploadReplyInput, FinishUploadReply as _filetransfer_FinishUploadReply } from '../filetransfer/FinishUploadReply.ts';
import type { FinishUploadRequestInput as _filetransfer_FinishUploadRequestInput, FinishUploadRequest as _filetransfer_FinishUploadRequest } from '../filetransfer/FinishUploadRequest.ts';
import type { ListUploadsRequestInput as _filetransfer_ListUploadsRequestInput, ListUploadsRequest as _filetransfer_ListUploadsRequest } from '../filetransfer/ListUploadsRequest.ts';
import type { MakeFolderReplyInput as _filetransfer_MakeFolderReplyInput, MakeFolderReply as _filetransfer_MakeFolderReply } from '../filetransfer/MakeFolderReply.ts';
import type { MakeFolderRequestInput as _filetransfer_MakeFolderRequestInput, MakeFolderRequest as _filetransfer_MakeFolderRequest } from '../filetransfer/MakeFolderRequest.ts';
import type { PutFileInput as _filetransfer_PutFileInput, PutFile as _filetransfer_PutFile } from '../filetransfer/PutFile.ts';
import type { PutFileReplyInput as _filetransfer_PutFileReplyInput, PutFileReply as _filetransfer_PutFileReply } from '../filetransfer/PutFileReply.ts';
import type { ReceiverInfoInput as _filetransfer_ReceiverInfoInput, ReceiverInfo as _filetransfer_ReceiverInfo } from '../filetransfer/ReceiverInfo.ts';
import type { ReceiverInfoRequestInput as _filetransfer_ReceiverInfoRequestInput, ReceiverInfoRequest as _filetransfer_ReceiverInfoRequest } from '../filetransfer/ReceiverInfoRequest.ts';
import type { UploadChunkInput as _filetransfer_UploadChunkInput, UploadChunk as _filetransfer_UploadChunk } from '../filetransfer/UploadChunk.ts';
import type { UploadStatusInput as _filetransfer_UploadStatusInput, UploadStatus as _filetransfer_UploadStatus } from '../filetransfer/UploadStatus.ts';
import type { UploadSummaryInput as _filetransfer_UploadSummaryInput, UploadSummary as _filetransfer_UploadSummary } from '../filetransfer/UploadSummary.ts';
import type { UploadedChunksInput as _filetransfer_UploadedChunksInput, UploadedChunks as _filetransfer_UploadedChunks } from '../filetransfer/UploadedChunks.ts';

/**
 * Receives files. A client that knows only the first three rpcs is called a plain client; a server that knows only
 * them, a plain server.
 */
export interface FileTransferServiceClient extends grpc.Client {
  /**
   * Forgets an unfinished upload and frees its space. A finished file is never touched. Idempotent.
   */
  AbortUpload(argument: _filetransfer_AbortUploadRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_AbortUploadReply>): grpc.ClientUnaryCall;
  AbortUpload(argument: _filetransfer_AbortUploadRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_filetransfer_AbortUploadReply>): grpc.ClientUnaryCall;
  AbortUpload(argument: _filetransfer_AbortUploadRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_AbortUploadReply>): grpc.ClientUnaryCall;
  AbortUpload(argument: _filetransfer_AbortUploadRequestInput, callback: grpc.requestCallback<_filetransfer_AbortUploadReply>): grpc.ClientUnaryCall;
  /**
   * Forgets an unfinished upload and frees its space. A finished file is never touched. Idempotent.
   */
  abortUpload(argument: _filetransfer_AbortUploadRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_AbortUploadReply>): grpc.ClientUnaryCall;
  abortUpload(argument: _filetransfer_AbortUploadRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_filetransfer_AbortUploadReply>): grpc.ClientUnaryCall;
  abortUpload(argument: _filetransfer_AbortUploadRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_AbortUploadReply>): grpc.ClientUnaryCall;
  abortUpload(argument: _filetransfer_AbortUploadRequestInput, callback: grpc.requestCallback<_filetransfer_AbortUploadReply>): grpc.ClientUnaryCall;
  
  /**
   * Opens an upload, or opens it again: the same upload_key always names the same upload. Each call raises the
   * generation, and a stream of an older generation is told to leave at once, so a half-dead connection never blocks a
   * resume.
   */
  BeginUpload(argument: _filetransfer_BeginUploadRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_BeginUploadReply>): grpc.ClientUnaryCall;
  BeginUpload(argument: _filetransfer_BeginUploadRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_filetransfer_BeginUploadReply>): grpc.ClientUnaryCall;
  BeginUpload(argument: _filetransfer_BeginUploadRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_BeginUploadReply>): grpc.ClientUnaryCall;
  BeginUpload(argument: _filetransfer_BeginUploadRequestInput, callback: grpc.requestCallback<_filetransfer_BeginUploadReply>): grpc.ClientUnaryCall;
  /**
   * Opens an upload, or opens it again: the same upload_key always names the same upload. Each call raises the
   * generation, and a stream of an older generation is told to leave at once, so a half-dead connection never blocks a
   * resume.
   */
  beginUpload(argument: _filetransfer_BeginUploadRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_BeginUploadReply>): grpc.ClientUnaryCall;
  beginUpload(argument: _filetransfer_BeginUploadRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_filetransfer_BeginUploadReply>): grpc.ClientUnaryCall;
  beginUpload(argument: _filetransfer_BeginUploadRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_BeginUploadReply>): grpc.ClientUnaryCall;
  beginUpload(argument: _filetransfer_BeginUploadRequestInput, callback: grpc.requestCallback<_filetransfer_BeginUploadReply>): grpc.ClientUnaryCall;
  
  /**
   * Reads the stored file again, computes its MD5 and compares it with the client's, or with the one recorded when the
   * file became complete. Of a file that was verified by another digest, that is compared, too.
   */
  CheckFileIntegrity(argument: _filetransfer_FileIdentifierInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_FileIntegrityStatus>): grpc.ClientUnaryCall;
  CheckFileIntegrity(argument: _filetransfer_FileIdentifierInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_filetransfer_FileIntegrityStatus>): grpc.ClientUnaryCall;
  CheckFileIntegrity(argument: _filetransfer_FileIdentifierInput, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_FileIntegrityStatus>): grpc.ClientUnaryCall;
  CheckFileIntegrity(argument: _filetransfer_FileIdentifierInput, callback: grpc.requestCallback<_filetransfer_FileIntegrityStatus>): grpc.ClientUnaryCall;
  /**
   * Reads the stored file again, computes its MD5 and compares it with the client's, or with the one recorded when the
   * file became complete. Of a file that was verified by another digest, that is compared, too.
   */
  checkFileIntegrity(argument: _filetransfer_FileIdentifierInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_FileIntegrityStatus>): grpc.ClientUnaryCall;
  checkFileIntegrity(argument: _filetransfer_FileIdentifierInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_filetransfer_FileIntegrityStatus>): grpc.ClientUnaryCall;
  checkFileIntegrity(argument: _filetransfer_FileIdentifierInput, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_FileIntegrityStatus>): grpc.ClientUnaryCall;
  checkFileIntegrity(argument: _filetransfer_FileIdentifierInput, callback: grpc.requestCallback<_filetransfer_FileIntegrityStatus>): grpc.ClientUnaryCall;
  
  /**
   * Tells what would become of names before anything is sent, so that a person can be asked once about all of them. It
   * holds nothing: a name that is free now may be taken when its file is finished, and on_conflict is what counts then.
   */
  CheckPaths(argument: _filetransfer_CheckPathsRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_CheckPathsReply>): grpc.ClientUnaryCall;
  CheckPaths(argument: _filetransfer_CheckPathsRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_filetransfer_CheckPathsReply>): grpc.ClientUnaryCall;
  CheckPaths(argument: _filetransfer_CheckPathsRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_CheckPathsReply>): grpc.ClientUnaryCall;
  CheckPaths(argument: _filetransfer_CheckPathsRequestInput, callback: grpc.requestCallback<_filetransfer_CheckPathsReply>): grpc.ClientUnaryCall;
  /**
   * Tells what would become of names before anything is sent, so that a person can be asked once about all of them. It
   * holds nothing: a name that is free now may be taken when its file is finished, and on_conflict is what counts then.
   */
  checkPaths(argument: _filetransfer_CheckPathsRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_CheckPathsReply>): grpc.ClientUnaryCall;
  checkPaths(argument: _filetransfer_CheckPathsRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_filetransfer_CheckPathsReply>): grpc.ClientUnaryCall;
  checkPaths(argument: _filetransfer_CheckPathsRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_CheckPathsReply>): grpc.ClientUnaryCall;
  checkPaths(argument: _filetransfer_CheckPathsRequestInput, callback: grpc.requestCallback<_filetransfer_CheckPathsReply>): grpc.ClientUnaryCall;
  
  /**
   * Goes on with an upload that nobody goes by any more, for a sender that lost its memory of it. Asked twice: first
   * whether there is one, then with samples of the source that show that it is the same file. The receiver grants it to
   * one asker only, and never while somebody may still go on with it: it belongs to the same device, and for a minute
   * nobody has begun it or sent a byte of it. Without tokens nothing is granted, because nobody knows whose it is.
   */
  ClaimUpload(argument: _filetransfer_ClaimUploadRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_ClaimUploadReply>): grpc.ClientUnaryCall;
  ClaimUpload(argument: _filetransfer_ClaimUploadRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_filetransfer_ClaimUploadReply>): grpc.ClientUnaryCall;
  ClaimUpload(argument: _filetransfer_ClaimUploadRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_ClaimUploadReply>): grpc.ClientUnaryCall;
  ClaimUpload(argument: _filetransfer_ClaimUploadRequestInput, callback: grpc.requestCallback<_filetransfer_ClaimUploadReply>): grpc.ClientUnaryCall;
  /**
   * Goes on with an upload that nobody goes by any more, for a sender that lost its memory of it. Asked twice: first
   * whether there is one, then with samples of the source that show that it is the same file. The receiver grants it to
   * one asker only, and never while somebody may still go on with it: it belongs to the same device, and for a minute
   * nobody has begun it or sent a byte of it. Without tokens nothing is granted, because nobody knows whose it is.
   */
  claimUpload(argument: _filetransfer_ClaimUploadRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_ClaimUploadReply>): grpc.ClientUnaryCall;
  claimUpload(argument: _filetransfer_ClaimUploadRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_filetransfer_ClaimUploadReply>): grpc.ClientUnaryCall;
  claimUpload(argument: _filetransfer_ClaimUploadRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_ClaimUploadReply>): grpc.ClientUnaryCall;
  claimUpload(argument: _filetransfer_ClaimUploadRequestInput, callback: grpc.requestCallback<_filetransfer_ClaimUploadReply>): grpc.ClientUnaryCall;
  
  /**
   * Verifies a complete upload against the sender's digest and publishes it under its final name. The answers are
   * progress while the receiver reads the file again, then one result. Idempotent: asking again gives the same result.
   */
  FinishUpload(argument: _filetransfer_FinishUploadRequestInput, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_filetransfer_FinishUploadReply>;
  FinishUpload(argument: _filetransfer_FinishUploadRequestInput, options?: grpc.CallOptions): grpc.ClientReadableStream<_filetransfer_FinishUploadReply>;
  /**
   * Verifies a complete upload against the sender's digest and publishes it under its final name. The answers are
   * progress while the receiver reads the file again, then one result. Idempotent: asking again gives the same result.
   */
  finishUpload(argument: _filetransfer_FinishUploadRequestInput, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_filetransfer_FinishUploadReply>;
  finishUpload(argument: _filetransfer_FinishUploadRequestInput, options?: grpc.CallOptions): grpc.ClientReadableStream<_filetransfer_FinishUploadReply>;
  
  /**
   * Introduces the receiver. A plain server answers UNIMPLEMENTED, and the sender falls back to the three rpcs above.
   */
  GetReceiverInfo(argument: _filetransfer_ReceiverInfoRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_ReceiverInfo>): grpc.ClientUnaryCall;
  GetReceiverInfo(argument: _filetransfer_ReceiverInfoRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_filetransfer_ReceiverInfo>): grpc.ClientUnaryCall;
  GetReceiverInfo(argument: _filetransfer_ReceiverInfoRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_ReceiverInfo>): grpc.ClientUnaryCall;
  GetReceiverInfo(argument: _filetransfer_ReceiverInfoRequestInput, callback: grpc.requestCallback<_filetransfer_ReceiverInfo>): grpc.ClientUnaryCall;
  /**
   * Introduces the receiver. A plain server answers UNIMPLEMENTED, and the sender falls back to the three rpcs above.
   */
  getReceiverInfo(argument: _filetransfer_ReceiverInfoRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_ReceiverInfo>): grpc.ClientUnaryCall;
  getReceiverInfo(argument: _filetransfer_ReceiverInfoRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_filetransfer_ReceiverInfo>): grpc.ClientUnaryCall;
  getReceiverInfo(argument: _filetransfer_ReceiverInfoRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_ReceiverInfo>): grpc.ClientUnaryCall;
  getReceiverInfo(argument: _filetransfer_ReceiverInfoRequestInput, callback: grpc.requestCallback<_filetransfer_ReceiverInfo>): grpc.ClientUnaryCall;
  
  /**
   * Tells the unfinished uploads.
   */
  ListUploads(argument: _filetransfer_ListUploadsRequestInput, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_filetransfer_UploadSummary>;
  ListUploads(argument: _filetransfer_ListUploadsRequestInput, options?: grpc.CallOptions): grpc.ClientReadableStream<_filetransfer_UploadSummary>;
  /**
   * Tells the unfinished uploads.
   */
  listUploads(argument: _filetransfer_ListUploadsRequestInput, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_filetransfer_UploadSummary>;
  listUploads(argument: _filetransfer_ListUploadsRequestInput, options?: grpc.CallOptions): grpc.ClientReadableStream<_filetransfer_UploadSummary>;
  
  /**
   * Makes a folder, so that empty folders arrive too. A folder that is there already is success.
   */
  MakeFolder(argument: _filetransfer_MakeFolderRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_MakeFolderReply>): grpc.ClientUnaryCall;
  MakeFolder(argument: _filetransfer_MakeFolderRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_filetransfer_MakeFolderReply>): grpc.ClientUnaryCall;
  MakeFolder(argument: _filetransfer_MakeFolderRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_MakeFolderReply>): grpc.ClientUnaryCall;
  MakeFolder(argument: _filetransfer_MakeFolderRequestInput, callback: grpc.requestCallback<_filetransfer_MakeFolderReply>): grpc.ClientUnaryCall;
  /**
   * Makes a folder, so that empty folders arrive too. A folder that is there already is success.
   */
  makeFolder(argument: _filetransfer_MakeFolderRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_MakeFolderReply>): grpc.ClientUnaryCall;
  makeFolder(argument: _filetransfer_MakeFolderRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_filetransfer_MakeFolderReply>): grpc.ClientUnaryCall;
  makeFolder(argument: _filetransfer_MakeFolderRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_MakeFolderReply>): grpc.ClientUnaryCall;
  makeFolder(argument: _filetransfer_MakeFolderRequestInput, callback: grpc.requestCallback<_filetransfer_MakeFolderReply>): grpc.ClientUnaryCall;
  
  /**
   * Stores many small whole files. Each message is answered once, in any order, when its file is finished as
   * FinishUpload would finish it, or refused; a file that is refused does not end the stream. A file whose answer was
   * lost may be put again, or begun, with the same upload_key.
   */
  PutFiles(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_filetransfer_PutFileInput, _filetransfer_PutFileReply>;
  PutFiles(options?: grpc.CallOptions): grpc.ClientDuplexStream<_filetransfer_PutFileInput, _filetransfer_PutFileReply>;
  /**
   * Stores many small whole files. Each message is answered once, in any order, when its file is finished as
   * FinishUpload would finish it, or refused; a file that is refused does not end the stream. A file whose answer was
   * lost may be put again, or begun, with the same upload_key.
   */
  putFiles(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_filetransfer_PutFileInput, _filetransfer_PutFileReply>;
  putFiles(options?: grpc.CallOptions): grpc.ClientDuplexStream<_filetransfer_PutFileInput, _filetransfer_PutFileReply>;
  
  /**
   * Tells which chunks of a file are stored, so that a sender can go on where it stopped.
   */
  QueryUploadedChunks(argument: _filetransfer_FileIdentifierInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_UploadedChunks>): grpc.ClientUnaryCall;
  QueryUploadedChunks(argument: _filetransfer_FileIdentifierInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_filetransfer_UploadedChunks>): grpc.ClientUnaryCall;
  QueryUploadedChunks(argument: _filetransfer_FileIdentifierInput, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_UploadedChunks>): grpc.ClientUnaryCall;
  QueryUploadedChunks(argument: _filetransfer_FileIdentifierInput, callback: grpc.requestCallback<_filetransfer_UploadedChunks>): grpc.ClientUnaryCall;
  /**
   * Tells which chunks of a file are stored, so that a sender can go on where it stopped.
   */
  queryUploadedChunks(argument: _filetransfer_FileIdentifierInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_UploadedChunks>): grpc.ClientUnaryCall;
  queryUploadedChunks(argument: _filetransfer_FileIdentifierInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_filetransfer_UploadedChunks>): grpc.ClientUnaryCall;
  queryUploadedChunks(argument: _filetransfer_FileIdentifierInput, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_UploadedChunks>): grpc.ClientUnaryCall;
  queryUploadedChunks(argument: _filetransfer_FileIdentifierInput, callback: grpc.requestCallback<_filetransfer_UploadedChunks>): grpc.ClientUnaryCall;
  
  /**
   * Stores chunks of one file, in any order and on any number of concurrent calls. The answer comes when the call's
   * input ends, or as soon as the file is complete. A call that ends early answers success=false with what is missing,
   * and keeps what arrived.
   */
  Upload(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_UploadStatus>): grpc.ClientWritableStream<_filetransfer_FileChunkInput>;
  Upload(metadata: grpc.Metadata, callback: grpc.requestCallback<_filetransfer_UploadStatus>): grpc.ClientWritableStream<_filetransfer_FileChunkInput>;
  Upload(options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_UploadStatus>): grpc.ClientWritableStream<_filetransfer_FileChunkInput>;
  Upload(callback: grpc.requestCallback<_filetransfer_UploadStatus>): grpc.ClientWritableStream<_filetransfer_FileChunkInput>;
  /**
   * Stores chunks of one file, in any order and on any number of concurrent calls. The answer comes when the call's
   * input ends, or as soon as the file is complete. A call that ends early answers success=false with what is missing,
   * and keeps what arrived.
   */
  upload(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_UploadStatus>): grpc.ClientWritableStream<_filetransfer_FileChunkInput>;
  upload(metadata: grpc.Metadata, callback: grpc.requestCallback<_filetransfer_UploadStatus>): grpc.ClientWritableStream<_filetransfer_FileChunkInput>;
  upload(options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_UploadStatus>): grpc.ClientWritableStream<_filetransfer_FileChunkInput>;
  upload(callback: grpc.requestCallback<_filetransfer_UploadStatus>): grpc.ClientWritableStream<_filetransfer_FileChunkInput>;
  
  /**
   * Stores chunks of one begun upload and acknowledges each. Any number of these streams may serve one upload at the
   * same time.
   */
  UploadChunks(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_filetransfer_UploadChunkInput, _filetransfer_ChunkAck>;
  UploadChunks(options?: grpc.CallOptions): grpc.ClientDuplexStream<_filetransfer_UploadChunkInput, _filetransfer_ChunkAck>;
  /**
   * Stores chunks of one begun upload and acknowledges each. Any number of these streams may serve one upload at the
   * same time.
   */
  uploadChunks(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_filetransfer_UploadChunkInput, _filetransfer_ChunkAck>;
  uploadChunks(options?: grpc.CallOptions): grpc.ClientDuplexStream<_filetransfer_UploadChunkInput, _filetransfer_ChunkAck>;
  
}

/**
 * Receives files. A client that knows only the first three rpcs is called a plain client; a server that knows only
 * them, a plain server.
 */
export interface FileTransferServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Forgets an unfinished upload and frees its space. A finished file is never touched. Idempotent.
   */
  AbortUpload: grpc.handleUnaryCall<_filetransfer_AbortUploadRequest, _filetransfer_AbortUploadReplyInput>;
  
  /**
   * Opens an upload, or opens it again: the same upload_key always names the same upload. Each call raises the
   * generation, and a stream of an older generation is told to leave at once, so a half-dead connection never blocks a
   * resume.
   */
  BeginUpload: grpc.handleUnaryCall<_filetransfer_BeginUploadRequest, _filetransfer_BeginUploadReplyInput>;
  
  /**
   * Reads the stored file again, computes its MD5 and compares it with the client's, or with the one recorded when the
   * file became complete. Of a file that was verified by another digest, that is compared, too.
   */
  CheckFileIntegrity: grpc.handleUnaryCall<_filetransfer_FileIdentifier, _filetransfer_FileIntegrityStatusInput>;
  
  /**
   * Tells what would become of names before anything is sent, so that a person can be asked once about all of them. It
   * holds nothing: a name that is free now may be taken when its file is finished, and on_conflict is what counts then.
   */
  CheckPaths: grpc.handleUnaryCall<_filetransfer_CheckPathsRequest, _filetransfer_CheckPathsReplyInput>;
  
  /**
   * Goes on with an upload that nobody goes by any more, for a sender that lost its memory of it. Asked twice: first
   * whether there is one, then with samples of the source that show that it is the same file. The receiver grants it to
   * one asker only, and never while somebody may still go on with it: it belongs to the same device, and for a minute
   * nobody has begun it or sent a byte of it. Without tokens nothing is granted, because nobody knows whose it is.
   */
  ClaimUpload: grpc.handleUnaryCall<_filetransfer_ClaimUploadRequest, _filetransfer_ClaimUploadReplyInput>;
  
  /**
   * Verifies a complete upload against the sender's digest and publishes it under its final name. The answers are
   * progress while the receiver reads the file again, then one result. Idempotent: asking again gives the same result.
   */
  FinishUpload: grpc.handleServerStreamingCall<_filetransfer_FinishUploadRequest, _filetransfer_FinishUploadReplyInput>;
  
  /**
   * Introduces the receiver. A plain server answers UNIMPLEMENTED, and the sender falls back to the three rpcs above.
   */
  GetReceiverInfo: grpc.handleUnaryCall<_filetransfer_ReceiverInfoRequest, _filetransfer_ReceiverInfoInput>;
  
  /**
   * Tells the unfinished uploads.
   */
  ListUploads: grpc.handleServerStreamingCall<_filetransfer_ListUploadsRequest, _filetransfer_UploadSummaryInput>;
  
  /**
   * Makes a folder, so that empty folders arrive too. A folder that is there already is success.
   */
  MakeFolder: grpc.handleUnaryCall<_filetransfer_MakeFolderRequest, _filetransfer_MakeFolderReplyInput>;
  
  /**
   * Stores many small whole files. Each message is answered once, in any order, when its file is finished as
   * FinishUpload would finish it, or refused; a file that is refused does not end the stream. A file whose answer was
   * lost may be put again, or begun, with the same upload_key.
   */
  PutFiles: grpc.handleBidiStreamingCall<_filetransfer_PutFile, _filetransfer_PutFileReplyInput>;
  
  /**
   * Tells which chunks of a file are stored, so that a sender can go on where it stopped.
   */
  QueryUploadedChunks: grpc.handleUnaryCall<_filetransfer_FileIdentifier, _filetransfer_UploadedChunksInput>;
  
  /**
   * Stores chunks of one file, in any order and on any number of concurrent calls. The answer comes when the call's
   * input ends, or as soon as the file is complete. A call that ends early answers success=false with what is missing,
   * and keeps what arrived.
   */
  Upload: grpc.handleClientStreamingCall<_filetransfer_FileChunk, _filetransfer_UploadStatusInput>;
  
  /**
   * Stores chunks of one begun upload and acknowledges each. Any number of these streams may serve one upload at the
   * same time.
   */
  UploadChunks: grpc.handleBidiStreamingCall<_filetransfer_UploadChunk, _filetransfer_ChunkAckInput>;
  
}

export interface FileTransferServiceDefinition extends grpc.ServiceDefinition {
  AbortUpload: MethodDefinition<_filetransfer_AbortUploadRequestInput, _filetransfer_AbortUploadReplyInput, _filetransfer_AbortUploadRequest, _filetransfer_AbortUploadReply>
  BeginUpload: MethodDefinition<_filetransfer_BeginUploadRequestInput, _filetransfer_BeginUploadReplyInput, _filetransfer_BeginUploadRequest, _filetransfer_BeginUploadReply>
  CheckFileIntegrity: MethodDefinition<_filetransfer_FileIdentifierInput, _filetransfer_FileIntegrityStatusInput, _filetransfer_FileIdentifier, _filetransfer_FileIntegrityStatus>
  CheckPaths: MethodDefinition<_filetransfer_CheckPathsRequestInput, _filetransfer_CheckPathsReplyInput, _filetransfer_CheckPathsRequest, _filetransfer_CheckPathsReply>
  ClaimUpload: MethodDefinition<_filetransfer_ClaimUploadRequestInput, _filetransfer_ClaimUploadReplyInput, _filetransfer_ClaimUploadRequest, _filetransfer_ClaimUploadReply>
  FinishUpload: MethodDefinition<_filetransfer_FinishUploadRequestInput, _filetransfer_FinishUploadReplyInput, _filetransfer_FinishUploadRequest, _filetransfer_FinishUploadReply>
  GetReceiverInfo: MethodDefinition<_filetransfer_ReceiverInfoRequestInput, _filetransfer_ReceiverInfoInput, _filetransfer_ReceiverInfoRequest, _filetransfer_ReceiverInfo>
  ListUploads: MethodDefinition<_filetransfer_ListUploadsRequestInput, _filetransfer_UploadSummaryInput, _filetransfer_ListUploadsRequest, _filetransfer_UploadSummary>
  MakeFolder: MethodDefinition<_filetransfer_MakeFolderRequestInput, _filetransfer_MakeFolderReplyInput, _filetransfer_MakeFolderRequest, _filetransfer_MakeFolderReply>
  PutFiles: MethodDefinition<_filetransfer_PutFileInput, _filetransfer_PutFileReplyInput, _filetransfer_PutFile, _filetransfer_PutFileReply>
  QueryUploadedChunks: MethodDefinition<_filetransfer_FileIdentifierInput, _filetransfer_UploadedChunksInput, _filetransfer_FileIdentifier, _filetransfer_UploadedChunks>
  Upload: MethodDefinition<_filetransfer_FileChunkInput, _filetransfer_UploadStatusInput, _filetransfer_FileChunk, _filetransfer_UploadStatus>
  UploadChunks: MethodDefinition<_filetransfer_UploadChunkInput, _filetransfer_ChunkAckInput, _filetransfer_UploadChunk, _filetransfer_ChunkAck>
}
