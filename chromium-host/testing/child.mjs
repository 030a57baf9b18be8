// Run by utilityProcess.fork: greets, repeats what it is told, and lives on.
console.log(process.argv.slice(2).join(' '))
setInterval(() => undefined, 1000)
process.parentPort.on('message', ({ data }) => console.log(`heard ${data.word}`))
