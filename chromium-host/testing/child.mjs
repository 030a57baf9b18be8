// Run by utilityProcess.fork: greets, then lives on.
console.log(process.argv.slice(2).join(' '))
setInterval(() => undefined, 1000)
