/** Where an object store is, and what in it belongs to the receiver. */
export type S3Config = {
  readonly bucket: string
  /** Like `http://127.0.0.1:7480` or `https://oss-cn-hangzhou.aliyuncs.com`; that of AWS when not given. */
  readonly endpoint?: string
  /** @default what the SDK finds in the environment, or `us-east-1` where an endpoint is given */
  readonly region?: string
  /** What keys begin with, without slashes at either end. @default nothing: keys are at the top of the bucket */
  readonly prefix?: string
  /** Whether the bucket is named in the path instead of the host, as Ceph and MinIO want it. @default false */
  readonly pathStyle?: boolean
}
