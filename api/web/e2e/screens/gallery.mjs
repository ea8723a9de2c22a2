// Stands between the pictures and whoever reads the documents: one page that shows them by screen. Refuses to know how they were made.
const HEIGHT_PX = 300;
export const file = (name, device, dark = false) => `${name}-${device}${dark ? "-dark" : ""}.webp`;

function picture(screen, device, dark) {
  const of = `${screen.title}, ${device}${dark ? ", dark" : ""}`;
  return `[<img src="${file(screen.name, device, dark)}" alt="${of}" height="${HEIGHT_PX}">](${file(screen.name, device, dark)})`;
}

/** Of one screen: at which sizes, in light and in dark. */
export function shotsOf(screen, devices, dark_devices) {
  const light = devices.filter((device) => screen.devices?.includes(device) ?? true).map((device) => ({ device, dark: false }));
  return [...light, ...(screen.dark ? dark_devices.map((device) => ({ device, dark: true })) : [])];
}

export function galleryOf(screens, devices, dark_devices) {
  const sections = screens.flatMap((screen) => {
    const shots = shotsOf(screen, devices, dark_devices);
    const row = (dark) => shots.filter((shot) => shot.dark === dark).map((shot) => picture(screen, shot.device, dark)).join("\n");
    return [`## ${screen.title}`, "", screen.says, "", row(false), "", ...(screen.dark ? [row(true), ""] : [])];
  });
  return [
    "# Every screen", "",
    "Taken from the demo clinic by `cargo ci screens` (or `npm run screens` in `api/web`), which makes this page, too. Nobody in it is a real person.",
    "A new screen is a line of the table in [api/web/e2e/screens/table.mjs](../../api/web/e2e/screens/table.mjs).", "",
    ...sections,
  ].join("\n").trimEnd() + "\n";
}
