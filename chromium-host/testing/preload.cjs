const { contextBridge, ipcRenderer, webUtils } = require('electron')

contextBridge.exposeInMainWorld('api', {
  invoke: (channel, value) => ipcRenderer.invoke(channel, value),
  sendSync: (value) => ipcRenderer.sendSync('sync', value),
  pathsOf: (files) => files.map((file) => webUtils.getPathForFile(file)),
  onTick(listener) {
    const forward = (_event, number) => listener(number)
    ipcRenderer.on('tick', forward)
    return () => ipcRenderer.off('tick', forward)
  },
  push: (count) => ipcRenderer.send('push', count),
  useUnknown: () => ipcRenderer.sendToHost('x'),
})
