// The words of the site in Korean.

export const KOREAN_WORDS = {
  outline: { label: '이 페이지의 내용', level: [2, 3] },
  docFooter: { prev: '이전', next: '다음' },
  sidebarMenuLabel: '메뉴',
  returnToTopLabel: '맨 위로',
  darkModeSwitchLabel: '테마',
  lightModeSwitchTitle: '밝은 테마로',
  darkModeSwitchTitle: '어두운 테마로',
  langMenuLabel: '언어',
  skipToContentLabel: '본문으로',
  notFound: {
    title: '페이지가 없습니다',
    quote: '주소를 확인하십시오.',
    linkLabel: '첫 페이지로',
    linkText: '첫 페이지로',
  },
}

export const KOREAN_SEARCH = {
  button: { buttonText: '검색', buttonAriaLabel: '검색' },
  modal: {
    displayDetails: '본문 표시',
    resetButtonTitle: '지우기',
    backButtonTitle: '닫기',
    noResultsText: '결과가 없습니다:',
    footer: { selectText: '선택', navigateText: '이동', closeText: '닫기' },
  },
}
