/**
 * Records what a sender and a receiver of this checkout say to each other:
 * `npx tsx test/conversation/record.ts --overwrite`. What was recorded before is what older programs say, which have to
 * be understood for ever, so this is for a change of the contract that is meant, and for nothing else.
 */
import { writeConversations } from './conversation.ts'
import { recorded } from './recorded.ts'

if (process.argv[2] !== '--overwrite') {
  process.stderr.write('This replaces the recorded conversations. If you mean to, say --overwrite.\n')
  process.exitCode = 2
} else writeConversations(await recorded())
