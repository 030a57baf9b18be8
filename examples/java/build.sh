#!/bin/sh
# Builds the examples with Debian's packages: generates from the contract and compiles. Usage: build.sh [OUT]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/out}
contract=$here/../../test/interop

# netty-all.jar is empty in Debian, so each part of Netty is named.
classpath=$out/classes
for jar in grpc-api grpc-context grpc-core grpc-netty grpc-protobuf grpc-protobuf-lite grpc-stub protobuf guava failureaccess \
  netty-buffer netty-codec netty-codec-http netty-codec-http2 netty-codec-socks netty-common netty-handler netty-handler-proxy \
  netty-resolver netty-transport netty-transport-native-unix-common perfmark-api geronimo-annotation-1.3-spec jsr305; do
  classpath=$classpath:/usr/share/java/$jar.jar
done

rm -rf "$out"
mkdir -p "$out/generated" "$out/classes"
protoc --proto_path="$contract" --java_out="$out/generated" \
  --plugin=protoc-gen-grpc-java="$(command -v grpc_java_plugin)" --grpc-java_out="$out/generated" \
  "$contract/plain_file_transfer.proto"
javac -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -nowarn -d "$out/classes" -cp "$classpath" "$out"/generated/filetransfer/*.java "$here"/src/example/*.java
printf '%s' "$classpath" > "$out/classpath"
