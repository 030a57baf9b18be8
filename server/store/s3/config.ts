/** Where an object store is, and what in it belongs to the receiver. */
export type S3Config = {
  readonly bucket: string
  /** Like `http://127.0.0.1:7480` or `https://oss-cn-hangzhou.aliyuncs.com`; that of AWS when not given. */
  readonly endpoint?: string
  /** What the SDK finds in the environment when not given, or `us-east-1` where an endpoint is. */
  readonly region?: string
  /** What keys begin with, without slashes at its ends; they are at the top of the bucket when not given. */
  readonly prefix?: string
  /** Whether the bucket is named in the path instead of the host, as Ceph and MinIO want it. @default false */
  readonly pathStyle?: boolean
}
