import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import { useWindow } from '../actions/window-context.ts'
import { highestRate, type RateSample } from '../model/rate-history.ts'
import { useText } from '../words/text.ts'

const WIDTH_PX = 150
const HEIGHT_PX = 34
/** So that the first seconds are not drawn as wide as minutes. */
const LEAST_SHOWN_MS = 30_000

/** The rate of the last minutes. Drawn once a second, from right to left. */
export function RateChart() {
  const { t, rate } = useText()
  const rates = useWindow((state) => state.rates)
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot>(undefined)

  useEffect(() => {
    if (place.current === null) return
    const drawn = new UPlot(options(), [[], []], place.current)
    plot.current = drawn
    return () => drawn.destroy()
  }, [])
  useEffect(() => plot.current?.setData(pointsOf(rates)), [rates])

  const label = t('chart.label', { highest: rate(highestRate(rates)) })
  return <div className="rate-chart" data-testid="rate-chart" ref={place} role="img" aria-label={label} title={label} />
}

function pointsOf(rates: readonly RateSample[]): UPlot.AlignedData {
  return [rates.map(({ atMs }) => atMs), rates.map(({ bytesPerSecond }) => bytesPerSecond)]
}

function options(): UPlot.Options {
  return {
    width: WIDTH_PX,
    height: HEIGHT_PX,
    padding: [2, 0, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    axes: [{ show: false }, { show: false }],
    scales: {
      x: { time: false, range: (_, firstMs, latestMs) => [Math.min(firstMs, latestMs - LEAST_SHOWN_MS), latestMs] },
      y: { range: (_, __, highest) => [0, highest > 0 ? highest * 1.05 : 1] },
    },
    // Asked for at every drawing, so that the colours follow the theme.
    series: [
      {},
      { stroke: () => token('--accent'), fill: () => token('--accent-soft'), width: 1.25, points: { show: false } },
    ],
  }
}

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name)
}
