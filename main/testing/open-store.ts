import Conf from 'conf'
import type { OpenStore } from '../state/state-store.ts'

/** Opens a store as the app does, with what electron-store is built on, which runs without Electron. */
export const openConf: OpenStore = ({ name, ...options }) => new Conf({ ...options, configName: name })
