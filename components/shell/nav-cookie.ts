/** Cookie that keeps the width of the navigation, so that the server draws it right at once. */
export const NAV_COOKIE = 'evolens_nav'
