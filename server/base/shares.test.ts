import { describe, expect, it } from 'vitest'
import { Shares } from './shares.ts'

const takenBy = (shares: Shares, holder: string): number => {
  let taken = 0
  while (shares.take(holder)) taken++
  return taken
}

describe('shares', () => {
  it('give one holder half at most, and whoever comes later the half of what is left', () => {
    const shares = new Shares(() => 256)
    expect([takenBy(shares, 'a'), takenBy(shares, 'b'), takenBy(shares, 'c')]).toEqual([128, 64, 32])
    expect(shares.inAll).toBe(224)
  })

  it('give the only one that there is', () => {
    const shares = new Shares(() => 1)
    expect(shares.take('a')).toBe(true)
    expect(shares.take('b')).toBe(false)
  })

  it('give as much at once as one by one', () => {
    for (let limit = 1; limit < 40; limit++) {
      const most = takenBy(new Shares(() => limit), 'a')
      expect(new Shares(() => limit).take('a', most)).toBe(true)
      expect(new Shares(() => limit).take('a', most + 1)).toBe(false)
    }
  })

  it('have what was given back for others', () => {
    const shares = new Shares(() => 8)
    expect(shares.take('a', 4)).toBe(true)
    expect(shares.take('b', 4)).toBe(false)
    shares.give('a', 4)
    expect(shares.heldBy('a')).toBe(0)
    expect(shares.take('b', 4)).toBe(true)
  })

  it('follow a limit that changes, and take nothing away', () => {
    let limit = 8
    const shares = new Shares(() => limit)
    expect(shares.take('a', 4)).toBe(true)
    limit = 2
    expect(shares.heldBy('a')).toBe(4)
    expect(shares.take('b')).toBe(false)
  })
})
