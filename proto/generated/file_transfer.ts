import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { AbortUploadReplyInput as _filetransfer_AbortUploadReplyInput, AbortUploadReply as _filetransfer_AbortUploadReply } from './filetransfer/AbortUploadReply.ts';
import type { AbortUploadRequestInput as _filetransfer_AbortUploadRequestInput, AbortUploadRequest as _filetransfer_AbortUploadRequest } from './filetransfer/AbortUploadRequest.ts';
import type { BeginUploadReplyInput as _filetransfer_BeginUploadReplyInput, BeginUploadReply as _filetransfer_BeginUploadReply } from './filetransfer/BeginUploadReply.ts';
import type { BeginUploadRequestInput as _filetransfer_BeginUploadRequestInput, BeginUploadRequest as _filetransfer_BeginUploadRequest } from './filetransfer/BeginUploadRequest.ts';
import type { ByteRangeInput as _filetransfer_ByteRangeInput, ByteRange as _filetransfer_ByteRange } from './filetransfer/ByteRange.ts';
import type { CheckPathsReplyInput as _filetransfer_CheckPathsReplyInput, CheckPathsReply as _filetransfer_CheckPathsReply } from './filetransfer/CheckPathsReply.ts';
import type { CheckPathsRequestInput as _filetransfer_CheckPathsRequestInput, CheckPathsRequest as _filetransfer_CheckPathsRequest } from './filetransfer/CheckPathsRequest.ts';
import type { CheckedPathInput as _filetransfer_CheckedPathInput, CheckedPath as _filetransfer_CheckedPath } from './filetransfer/CheckedPath.ts';
import type { ChunkAckInput as _filetransfer_ChunkAckInput, ChunkAck as _filetransfer_ChunkAck } from './filetransfer/ChunkAck.ts';
import type { ChunkSampleInput as _filetransfer_ChunkSampleInput, ChunkSample as _filetransfer_ChunkSample } from './filetransfer/ChunkSample.ts';
import type { ClaimUploadReplyInput as _filetransfer_ClaimUploadReplyInput, ClaimUploadReply as _filetransfer_ClaimUploadReply } from './filetransfer/ClaimUploadReply.ts';
import type { ClaimUploadRequestInput as _filetransfer_ClaimUploadRequestInput, ClaimUploadRequest as _filetransfer_ClaimUploadRequest } from './filetransfer/ClaimUploadRequest.ts';
import type { FileChunkInput as _filetransfer_FileChunkInput, FileChunk as _filetransfer_FileChunk } from './filetransfer/FileChunk.ts';
import type { FileIdentifierInput as _filetransfer_FileIdentifierInput, FileIdentifier as _filetransfer_FileIdentifier } from './filetransfer/FileIdentifier.ts';
import type { FileIntegrityStatusInput as _filetransfer_FileIntegrityStatusInput, FileIntegrityStatus as _filetransfer_FileIntegrityStatus } from './filetransfer/FileIntegrityStatus.ts';
import type { FileRefusalInput as _filetransfer_FileRefusalInput, FileRefusal as _filetransfer_FileRefusal } from './filetransfer/FileRefusal.ts';
import type { FileTransferServiceClient as _filetransfer_FileTransferServiceClient, FileTransferServiceDefinition as _filetransfer_FileTransferServiceDefinition } from './filetransfer/FileTransferService.ts';
import type { FinishPairingReplyInput as _filetransfer_FinishPairingReplyInput, FinishPairingReply as _filetransfer_FinishPairingReply } from './filetransfer/FinishPairingReply.ts';
import type { FinishPairingRequestInput as _filetransfer_FinishPairingRequestInput, FinishPairingRequest as _filetransfer_FinishPairingRequest } from './filetransfer/FinishPairingRequest.ts';
import type { FinishUploadReplyInput as _filetransfer_FinishUploadReplyInput, FinishUploadReply as _filetransfer_FinishUploadReply } from './filetransfer/FinishUploadReply.ts';
import type { FinishUploadRequestInput as _filetransfer_FinishUploadRequestInput, FinishUploadRequest as _filetransfer_FinishUploadRequest } from './filetransfer/FinishUploadRequest.ts';
import type { FinishedFileInput as _filetransfer_FinishedFileInput, FinishedFile as _filetransfer_FinishedFile } from './filetransfer/FinishedFile.ts';
import type { IdentitySuccessionInput as _filetransfer_IdentitySuccessionInput, IdentitySuccession as _filetransfer_IdentitySuccession } from './filetransfer/IdentitySuccession.ts';
import type { ListUploadsRequestInput as _filetransfer_ListUploadsRequestInput, ListUploadsRequest as _filetransfer_ListUploadsRequest } from './filetransfer/ListUploadsRequest.ts';
import type { MakeFolderReplyInput as _filetransfer_MakeFolderReplyInput, MakeFolderReply as _filetransfer_MakeFolderReply } from './filetransfer/MakeFolderReply.ts';
import type { MakeFolderRequestInput as _filetransfer_MakeFolderRequestInput, MakeFolderRequest as _filetransfer_MakeFolderRequest } from './filetransfer/MakeFolderRequest.ts';
import type { PairingServiceClient as _filetransfer_PairingServiceClient, PairingServiceDefinition as _filetransfer_PairingServiceDefinition } from './filetransfer/PairingService.ts';
import type { PathToCheckInput as _filetransfer_PathToCheckInput, PathToCheck as _filetransfer_PathToCheck } from './filetransfer/PathToCheck.ts';
import type { PutFileInput as _filetransfer_PutFileInput, PutFile as _filetransfer_PutFile } from './filetransfer/PutFile.ts';
import type { PutFileReplyInput as _filetransfer_PutFileReplyInput, PutFileReply as _filetransfer_PutFileReply } from './filetransfer/PutFileReply.ts';
import type { ReceiverInfoInput as _filetransfer_ReceiverInfoInput, ReceiverInfo as _filetransfer_ReceiverInfo } from './filetransfer/ReceiverInfo.ts';
import type { ReceiverInfoRequestInput as _filetransfer_ReceiverInfoRequestInput, ReceiverInfoRequest as _filetransfer_ReceiverInfoRequest } from './filetransfer/ReceiverInfoRequest.ts';
import type { ShortageInput as _filetransfer_ShortageInput, Shortage as _filetransfer_Shortage } from './filetransfer/Shortage.ts';
import type { StartPairingReplyInput as _filetransfer_StartPairingReplyInput, StartPairingReply as _filetransfer_StartPairingReply } from './filetransfer/StartPairingReply.ts';
import type { StartPairingRequestInput as _filetransfer_StartPairingRequestInput, StartPairingRequest as _filetransfer_StartPairingRequest } from './filetransfer/StartPairingRequest.ts';
import type { UploadChunkInput as _filetransfer_UploadChunkInput, UploadChunk as _filetransfer_UploadChunk } from './filetransfer/UploadChunk.ts';
import type { UploadStatusInput as _filetransfer_UploadStatusInput, UploadStatus as _filetransfer_UploadStatus } from './filetransfer/UploadStatus.ts';
import type { UploadSummaryInput as _filetransfer_UploadSummaryInput, UploadSummary as _filetransfer_UploadSummary } from './filetransfer/UploadSummary.ts';
import type { UploadedChunksInput as _filetransfer_UploadedChunksInput, UploadedChunks as _filetransfer_UploadedChunks } from './filetransfer/UploadedChunks.ts';
import type { VerifyProgressInput as _filetransfer_VerifyProgressInput, VerifyProgress as _filetransfer_VerifyProgress } from './filetransfer/VerifyProgress.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  filetransfer: {
    AbortUploadReply: MessageTypeDefinition<_filetransfer_AbortUploadReplyInput, _filetransfer_AbortUploadReply>
    AbortUploadRequest: MessageTypeDefinition<_filetransfer_AbortUploadRequestInput, _filetransfer_AbortUploadRequest>
    Access: EnumTypeDefinition
    BeginUploadReply: MessageTypeDefinition<_filetransfer_BeginUploadReplyInput, _filetransfer_BeginUploadReply>
    BeginUploadRequest: MessageTypeDefinition<_filetransfer_BeginUploadRequestInput, _filetransfer_BeginUploadRequest>
    ByteRange: MessageTypeDefinition<_filetransfer_ByteRangeInput, _filetransfer_ByteRange>
    CheckPathsReply: MessageTypeDefinition<_filetransfer_CheckPathsReplyInput, _filetransfer_CheckPathsReply>
    CheckPathsRequest: MessageTypeDefinition<_filetransfer_CheckPathsRequestInput, _filetransfer_CheckPathsRequest>
    CheckedPath: MessageTypeDefinition<_filetransfer_CheckedPathInput, _filetransfer_CheckedPath>
    ChunkAck: MessageTypeDefinition<_filetransfer_ChunkAckInput, _filetransfer_ChunkAck>
    ChunkOutcome: EnumTypeDefinition
    ChunkSample: MessageTypeDefinition<_filetransfer_ChunkSampleInput, _filetransfer_ChunkSample>
    ClaimUploadReply: MessageTypeDefinition<_filetransfer_ClaimUploadReplyInput, _filetransfer_ClaimUploadReply>
    ClaimUploadRequest: MessageTypeDefinition<_filetransfer_ClaimUploadRequestInput, _filetransfer_ClaimUploadRequest>
    ConflictPolicy: EnumTypeDefinition
    DigestKind: EnumTypeDefinition
    FileChunk: MessageTypeDefinition<_filetransfer_FileChunkInput, _filetransfer_FileChunk>
    FileIdentifier: MessageTypeDefinition<_filetransfer_FileIdentifierInput, _filetransfer_FileIdentifier>
    FileIntegrityStatus: MessageTypeDefinition<_filetransfer_FileIntegrityStatusInput, _filetransfer_FileIntegrityStatus>
    FileRefusal: MessageTypeDefinition<_filetransfer_FileRefusalInput, _filetransfer_FileRefusal>
    /**
     * Receives files. A client that knows only the first three rpcs is called a plain client; a server that knows only
     * them, a plain server.
     */
    FileTransferService: SubtypeConstructor<typeof grpc.Client, _filetransfer_FileTransferServiceClient> & { service: _filetransfer_FileTransferServiceDefinition }
    FinishPairingReply: MessageTypeDefinition<_filetransfer_FinishPairingReplyInput, _filetransfer_FinishPairingReply>
    FinishPairingRequest: MessageTypeDefinition<_filetransfer_FinishPairingRequestInput, _filetransfer_FinishPairingRequest>
    FinishUploadReply: MessageTypeDefinition<_filetransfer_FinishUploadReplyInput, _filetransfer_FinishUploadReply>
    FinishUploadRequest: MessageTypeDefinition<_filetransfer_FinishUploadRequestInput, _filetransfer_FinishUploadRequest>
    FinishedFile: MessageTypeDefinition<_filetransfer_FinishedFileInput, _filetransfer_FinishedFile>
    IdentitySuccession: MessageTypeDefinition<_filetransfer_IdentitySuccessionInput, _filetransfer_IdentitySuccession>
    ListUploadsRequest: MessageTypeDefinition<_filetransfer_ListUploadsRequestInput, _filetransfer_ListUploadsRequest>
    MakeFolderReply: MessageTypeDefinition<_filetransfer_MakeFolderReplyInput, _filetransfer_MakeFolderReply>
    MakeFolderRequest: MessageTypeDefinition<_filetransfer_MakeFolderRequestInput, _filetransfer_MakeFolderRequest>
    NameState: EnumTypeDefinition
    /**
     * Makes a device known to a receiver, with a code that a person carries from one to the other. The only calls, besides
     * GetReceiverInfo, that answer without a token. docs/protocol.md has the whole exchange; proto/pairing.ts computes its
     * proofs.
     */
    PairingService: SubtypeConstructor<typeof grpc.Client, _filetransfer_PairingServiceClient> & { service: _filetransfer_PairingServiceDefinition }
    PathToCheck: MessageTypeDefinition<_filetransfer_PathToCheckInput, _filetransfer_PathToCheck>
    PutFile: MessageTypeDefinition<_filetransfer_PutFileInput, _filetransfer_PutFile>
    PutFileReply: MessageTypeDefinition<_filetransfer_PutFileReplyInput, _filetransfer_PutFileReply>
    ReceiverInfo: MessageTypeDefinition<_filetransfer_ReceiverInfoInput, _filetransfer_ReceiverInfo>
    ReceiverInfoRequest: MessageTypeDefinition<_filetransfer_ReceiverInfoRequestInput, _filetransfer_ReceiverInfoRequest>
    Shortage: MessageTypeDefinition<_filetransfer_ShortageInput, _filetransfer_Shortage>
    StartPairingReply: MessageTypeDefinition<_filetransfer_StartPairingReplyInput, _filetransfer_StartPairingReply>
    StartPairingRequest: MessageTypeDefinition<_filetransfer_StartPairingRequestInput, _filetransfer_StartPairingRequest>
    UploadChunk: MessageTypeDefinition<_filetransfer_UploadChunkInput, _filetransfer_UploadChunk>
    UploadStatus: MessageTypeDefinition<_filetransfer_UploadStatusInput, _filetransfer_UploadStatus>
    UploadSummary: MessageTypeDefinition<_filetransfer_UploadSummaryInput, _filetransfer_UploadSummary>
    UploadedChunks: MessageTypeDefinition<_filetransfer_UploadedChunksInput, _filetransfer_UploadedChunks>
    VerifyProgress: MessageTypeDefinition<_filetransfer_VerifyProgressInput, _filetransfer_VerifyProgress>
  }
}

