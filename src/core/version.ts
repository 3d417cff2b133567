/** The version of Rollcall, as it tells it of itself: https://semver.org */
export const VERSION = "0.1.0";
