import type { Timetable } from '../../main/contract/preferences.ts'
import { useActions } from '../actions/window-context.ts'
import { SettingSwitch } from '../ui/setting-switch.tsx'
import { useText } from '../words/text.ts'
import { RateField } from './rate-field.tsx'
import { readTime, shownTime, toggledDay, USUAL_HOURS } from './timetable.ts'

/** From Monday on: 0 is Sunday. */
const WEEK = [1, 2, 3, 4, 5, 6, 0] as const

/** The hours in which another limit holds. */
export function TimetableField({ timetable }: { readonly timetable: Timetable | undefined }) {
  const { t, weekday } = useText()
  const { setTimetable } = useActions()
  return (
    <>
      <SettingSwitch
        label={t('settings.hours')}
        isOn={timetable !== undefined}
        onChange={(on) => setTimetable(on ? USUAL_HOURS : undefined)}
      />
      {timetable !== undefined && (
        <div className="hours" data-testid="hours">
          <fieldset className="hours-days" aria-label={t('settings.hoursDays')}>
            {WEEK.map((day) => (
              <label key={day} className="hours-day">
                <input
                  type="checkbox"
                  aria-label={weekday(day, 'long')}
                  checked={timetable.days.includes(day)}
                  onChange={() => setTimetable(toggledDay(timetable, day))}
                />
                {weekday(day, 'short')}
              </label>
            ))}
          </fieldset>
          <div className="hours-times">
            <TimeField
              label={t('settings.hoursFrom')}
              minute={timetable.fromMinute}
              onChange={(fromMinute) => setTimetable({ ...timetable, fromMinute })}
            />
            <TimeField
              label={t('settings.hoursTo')}
              minute={timetable.toMinute}
              onChange={(toMinute) => setTimetable({ ...timetable, toMinute })}
            />
            {timetable.toMinute <= timetable.fromMinute && (
              <span className="sheet-hint">{t('settings.hoursNextDay')}</span>
            )}
          </div>
          <RateField
            label={t('settings.hoursRate')}
            testId="hours-limit"
            bytesPerSecond={timetable.bytesPerSecond}
            onChange={(bytesPerSecond) => {
              const { bytesPerSecond: _, ...hours } = timetable
              setTimetable(bytesPerSecond === undefined ? hours : { ...hours, bytesPerSecond })
            }}
          />
        </div>
      )}
    </>
  )
}

type TimeProps = {
  readonly label: string
  readonly minute: number
  readonly onChange: (minute: number) => void
}

function TimeField({ label, minute, onChange }: TimeProps) {
  return (
    <label className="hours-time">
      {label}
      <input
        type="time"
        className="field"
        defaultValue={shownTime(minute)}
        onBlur={({ target }) => {
          const read = readTime(target.value)
          if (read === undefined) target.value = shownTime(minute)
          else if (read !== minute) onChange(read)
        }}
      />
    </label>
  )
}
