// Original file: file_transfer.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { FinishPairingReplyInput as _filetransfer_FinishPairingReplyInput, FinishPairingReply as _filetransfer_FinishPairingReply } from '../filetransfer/FinishPairingReply.ts';
import type { FinishPairingRequestInput as _filetransfer_FinishPairingRequestInput, FinishPairingRequest as _filetransfer_FinishPairingRequest } from '../filetransfer/FinishPairingRequest.ts';
import type { StartPairingReplyInput as _filetransfer_StartPairingReplyInput, StartPairingReply as _filetransfer_StartPairingReply } from '../filetransfer/StartPairingReply.ts';
import type { StartPairingRequestInput as _filetransfer_StartPairingRequestInput, StartPairingRequest as _filetransfer_StartPairingRequest } from '../filetransfer/StartPairingRequest.ts';

/**
 * Makes a device known to a receiver, with a code that a person carries from one to the other. The only calls, besides
 * GetReceiverInfo, that answer without a token. docs/protocol.md has the whole exchange; proto/pairing.ts computes its
 * proofs.
 */
export interface PairingServiceClient extends grpc.Client {
  /**
   * The device proves that it knows the code, and gets its token.
   */
  FinishPairing(argument: _filetransfer_FinishPairingRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_FinishPairingReply>): grpc.ClientUnaryCall;
  FinishPairing(argument: _filetransfer_FinishPairingRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_filetransfer_FinishPairingReply>): grpc.ClientUnaryCall;
  FinishPairing(argument: _filetransfer_FinishPairingRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_FinishPairingReply>): grpc.ClientUnaryCall;
  FinishPairing(argument: _filetransfer_FinishPairingRequestInput, callback: grpc.requestCallback<_filetransfer_FinishPairingReply>): grpc.ClientUnaryCall;
  /**
   * The device proves that it knows the code, and gets its token.
   */
  finishPairing(argument: _filetransfer_FinishPairingRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_FinishPairingReply>): grpc.ClientUnaryCall;
  finishPairing(argument: _filetransfer_FinishPairingRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_filetransfer_FinishPairingReply>): grpc.ClientUnaryCall;
  finishPairing(argument: _filetransfer_FinishPairingRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_FinishPairingReply>): grpc.ClientUnaryCall;
  finishPairing(argument: _filetransfer_FinishPairingRequestInput, callback: grpc.requestCallback<_filetransfer_FinishPairingReply>): grpc.ClientUnaryCall;
  
  /**
   * The receiver proves that it knows the code, bound to the certificate that it presents; a relay in between has
   * another one and fails.
   */
  StartPairing(argument: _filetransfer_StartPairingRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_StartPairingReply>): grpc.ClientUnaryCall;
  StartPairing(argument: _filetransfer_StartPairingRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_filetransfer_StartPairingReply>): grpc.ClientUnaryCall;
  StartPairing(argument: _filetransfer_StartPairingRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_StartPairingReply>): grpc.ClientUnaryCall;
  StartPairing(argument: _filetransfer_StartPairingRequestInput, callback: grpc.requestCallback<_filetransfer_StartPairingReply>): grpc.ClientUnaryCall;
  /**
   * The receiver proves that it knows the code, bound to the certificate that it presents; a relay in between has
   * another one and fails.
   */
  startPairing(argument: _filetransfer_StartPairingRequestInput, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_StartPairingReply>): grpc.ClientUnaryCall;
  startPairing(argument: _filetransfer_StartPairingRequestInput, metadata: grpc.Metadata, callback: grpc.requestCallback<_filetransfer_StartPairingReply>): grpc.ClientUnaryCall;
  startPairing(argument: _filetransfer_StartPairingRequestInput, options: grpc.CallOptions, callback: grpc.requestCallback<_filetransfer_StartPairingReply>): grpc.ClientUnaryCall;
  startPairing(argument: _filetransfer_StartPairingRequestInput, callback: grpc.requestCallback<_filetransfer_StartPairingReply>): grpc.ClientUnaryCall;
  
}

/**
 * Makes a device known to a receiver, with a code that a person carries from one to the other. The only calls, besides
 * GetReceiverInfo, that answer without a token. docs/protocol.md has the whole exchange; proto/pairing.ts computes its
 * proofs.
 */
export interface PairingServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * The device proves that it knows the code, and gets its token.
   */
  FinishPairing: grpc.handleUnaryCall<_filetransfer_FinishPairingRequest, _filetransfer_FinishPairingReplyInput>;
  
  /**
   * The receiver proves that it knows the code, bound to the certificate that it presents; a relay in between has
   * another one and fails.
   */
  StartPairing: grpc.handleUnaryCall<_filetransfer_StartPairingRequest, _filetransfer_StartPairingReplyInput>;
  
}

export interface PairingServiceDefinition extends grpc.ServiceDefinition {
  FinishPairing: MethodDefinition<_filetransfer_FinishPairingRequestInput, _filetransfer_FinishPairingReplyInput, _filetransfer_FinishPairingRequest, _filetransfer_FinishPairingReply>
  StartPairing: MethodDefinition<_filetransfer_StartPairingRequestInput, _filetransfer_StartPairingReplyInput, _filetransfer_StartPairingRequest, _filetransfer_StartPairingReply>
}
