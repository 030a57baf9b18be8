/** One way in which something may go wrong, and what is promised then. */
export type Row = { readonly id: string; readonly fault: string; readonly promise: string }

export type Group = { readonly letter: string; readonly about: string; readonly rows: readonly Row[] }

/** The rows of one group, numbered from 1 in the order they are written. */
function group(letter: string, about: string, rows: readonly (readonly [fault: string, promise: string])[]): Group {
  return {
    letter,
    about,
    rows: rows.map(([fault, promise], index) => ({ id: `${letter}${index + 1}`, fault, promise })),
  }
}

/**
 * The fault matrix: every fault that Longshore has an answer to, or ought to have. A test that proves a row names it in brackets at the start of its
 * title; docs/reliability.md is made from both.
 */
export const MATRIX: readonly Group[] = [
  group('A', 'Processes and power', [
    [
      'the receiver is killed (`kill -9`) at any moment',
      'every acknowledged chunk is kept; the sender goes on by itself',
    ],
    [
      'the receiver is killed between two steps of publishing',
      'after its restart there is exactly one final file, and the same answer',
    ],
    [
      'the receiver loses power',
      'what is below the durable watermark and every finished file survive; the rest is asked for again',
    ],
    ['the sender is killed (`kill -9`)', 'its next run goes on and sends only what was not acknowledged'],
    [
      'the sender is asked to quit while it sends',
      'it ends within two seconds and loses nothing that was acknowledged',
    ],
    [
      'the receiver is asked to end (`SIGTERM`)',
      'it finishes the chunks it is storing, ends with 0 in ten seconds, and its successor gets the rest',
    ],
    ['the receiver hangs', 'the sender notices within 16 s, says so, and goes on when it moves again'],
    [
      'the computer of the sender sleeps in the middle of a chunk',
      'the upload goes on after waking up; the stale stream is in nobody’s way',
    ],
    ['one end is older than the other', 'they agree on a version or say which one has to be updated'],
    ['a handler fails after it has begun', 'its own call ends with an error; every other upload and the process go on'],
    ['the state of one upload is damaged', 'that one is set aside; the receiver starts, with all others'],
    ['memory is short', 'queues are bounded; many streams fit into a small heap'],
  ]),
  group('B', 'Network', [
    ['a connection is reset or ended at any moment', 'the upload goes on; only what was on its way is sent twice'],
    ['the network swallows everything', 'noticed within 16 s; the upload goes on when the network is back'],
    [
      'a half-dead stream still holds the upload',
      'a new stream takes over at once; the old one’s late chunks are refused',
    ],
    ['the address of the sender changes', 'the upload goes on'],
    ['the address of the receiver changes', 'it is found again by what it is, never by its name alone'],
    ['long round trips', 'nothing times out; at 10 ms at least 40 MiB/s go through'],
    ['a very slow link', 'slow is not dead: only a minute without any progress is'],
    ['a bit flips on the way, without encryption', 'the chunk is not counted and only it is sent again'],
    ['a bit flips on the way, with encryption', 'the connection ends and the upload goes on'],
    ['a proxy limits the size of a request', 'the sentence names the proxy and its setting'],
    ['a proxy ends idle streams', 'the upload goes on by itself'],
    [
      'a proxy reloads, or one of two receivers behind it ends',
      'at most one more try for each chunk, and nobody has to do anything',
    ],
    ['the name of the receiver leads to another machine', 'nothing is sent to it'],
    ['something else listens on the port', 'a sentence says that it is no receiver'],
    ['the environment names a web proxy', 'it is not asked on the way to a receiver'],
  ]),
  group('C', 'Chunks and sizes', [
    ['a chunk comes twice', 'it counts once'],
    ['other bytes come for a stored chunk', 'refused; the stored ones stay'],
    ['ranges overlap', 'refused: chunks begin at multiples of the chunk size'],
    ['chunks come out of order', 'accepted, and the file is right'],
    ['chunks are missing at the end', 'refused with what is missing; nothing is published'],
    ['a chunk reaches past the end', 'refused; the file does not grow'],
    ['a negative offset', 'refused before anything is written'],
    ['an offset that is not a plain decimal number', 'refused'],
    ['an empty chunk', 'refused, but for the only chunk of an empty file'],
    ['an empty file', 'arrives, with its MD5'],
    ['sizes around the chunk size', 'arrive exactly'],
    ['size or content differ between two runs of one upload', 'refused; the old upload stays as it was'],
    ['a chunk that is longer than agreed', 'refused'],
    ['a message of 64 MiB', 'refused, without growing memory'],
    ['compressed messages that blow up or are garbage', 'refused, without growing memory'],
    ['a file of more than 4 GiB', 'arrives and resumes with exact offsets'],
    ['a size beyond what a number holds', 'refused, never rounded'],
    ['the disk writes less than it was asked to', 'the rest is written, or an error told'],
    ['the checksum of a chunk is wrong or missing', 'the chunk does not count'],
    ['the checksum of the whole file is wrong', 'nothing is published, and it is sent again'],
    ['two files with the same name, size and MD5', 'both are stored; identity is SHA-256'],
    ['malformed protobuf', 'ignored, checked or refused; the process lives'],
    ['a stream of one byte at a time', 'nothing grows, and without progress it is ended'],
    ['a chunk after the end of its upload', 'refused'],
  ]),
  group('D', 'Names and paths', [
    ['a path that leads outside', 'refused before anything is written'],
    ['control characters and markup in names', 'refused, or stored and shown harmlessly'],
    ['names that other systems reserve', 'stored under a portable name, which is told'],
    ['very long names and deep paths', 'fit after any suffix, or are refused'],
    ['names that differ only in case or Unicode form', 'noticed, and kept apart by the policy'],
    ['source names that are not UTF-8', 'told, not guessed'],
    ['the name is taken by a file', 'kept, replaced or refused, as asked, also when many race for it'],
    ['a folder stands where a file should be, or the reverse', 'refused; both stay'],
    ['symbolic links in the receiving folder', 'never followed, also when they appear meanwhile'],
    ['links planted where parts are kept', 'never followed'],
    ['an id that is a path, is huge or is somebody else’s', 'refused; nothing is deleted'],
    ['dotfiles and our own reserved names', 'dotfiles arrive; reserved names are refused'],
    ['odd modes and times', 'dropped or clamped'],
  ]),
  group('E', 'Concurrency', [
    ['two senders go on with the same upload', 'the newest takes over; one whole file'],
    ['two files get the same name at once', 'both are kept or one refused; never mixed'],
    ['twenty callers finish at once', 'one does the work, all get its result'],
    ['finishing while a chunk is stored', 'waits or refuses; the published file is right'],
    ['cancel, finish and expiry race', 'one wins, nothing is half deleted, and the caller is told'],
    ['the app is started twice', 'the second shows the first'],
    ['two receivers on one folder', 'the second is refused; a dead one’s lock is no obstacle'],
    ['one upload reaches two receivers of a cluster', 'only one of them can write'],
    ['the shared ledger of a cluster restarts', 'nothing is called stored that is not'],
  ]),
  group('F', 'Storage', [
    ['not enough space for an upload', 'refused before the first byte'],
    [
      'the disk fills up in the middle',
      'paused with a reason, nothing acknowledged is lost, and it goes on when there is room',
    ],
    ['the ledger’s disk is full', 'nothing is acknowledged; what was stays'],
    ['no room for the final name', 'refused; the bytes are kept'],
    ['a quota is used up', 'paused with a reason'],
    ['the folder cannot be written or is gone', 'told at the start or when it happens'],
    ['the disk fails while writing', 'that range is not trusted and is sent again'],
    ['the disk fails while syncing', 'nothing since the last sync is trusted'],
    ['the disk fails while giving the final name', 'nothing is lost, and asking again works'],
    ['no more files can be opened', 'uploads wait, and the receiver recovers by itself'],
    ['the end of the ledger is damaged', 'what can be read is used; what cannot is set aside'],
    ['ledger or parts are lost', 'the other is put in order'],
    ['stored bytes are changed behind the receiver', 'noticed before anything is published'],
    ['a slow disk', 'senders are held back; memory stays flat'],
    ['the disk is unmounted', 'nothing is written into the empty mount point'],
    ['object storage fails in parts', 'tried again, and answers are checked'],
    ['uploads that nobody comes back for', 'removed a day after the last activity, never while busy'],
    ['the clock jumps', 'nothing is removed because of it'],
  ]),
  group('G', 'The sender’s machine', [
    ['a source is deleted or moved', 'named and waited for; other files go on'],
    ['a source cannot be read', 'told with a reason; other files go on'],
    ['a source changes while it is sent', 'never stored as a mixture; told, and sent again on request'],
    ['a source grows or is cut short', 'the same, and never padded'],
    ['a source gets other content behind the same size and time', 'noticed; never a mixture'],
    ['pipes, sockets, devices, circles', 'left out with a reason, never opened'],
    ['saved state is damaged', 'set aside and told; uploads are found again on the receiver'],
    ['saved state cannot be written', 'uploads go on, with a warning'],
    ['100 000 tiny files', 'steady memory, and at least 500 files a second'],
    ['the clock is years off', 'no timer fires early'],
    ['the queue is changed while it runs', 'no stream is left behind'],
    ['the app is upgraded with uploads pending', 'they are taken over, with a backup'],
  ]),
]
