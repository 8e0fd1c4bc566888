/** The Korean texts of the list of repositories. */
export default {
  'repositories/list': {
    title: '리포지토리',
    search: '검색어 또는 리포지토리 이름',
    open: '열기',
    refresh: '새로 고침',
    stop: '중지',
    none: '이 레지스트리에는 아직 리포지토리가 없습니다.',
    push: '첫 이미지 푸시하기',
    loading: '지금까지 {count}개…',
    total: '리포지토리: {count}개',
    found: '{total}개 중 {count}개를 찾았습니다',
    noMatch: '이름에 "{text}"이(가) 들어 있는 리포지토리가 없습니다.',
    openAnyway: '그래도 "{text}" 열기',
    unlisted: '이 레지스트리는 리포지토리 목록을 제공하지 않습니다',
    unlistedAdvice: '목록 기능이 없거나 현재 사용자에게 허용되지 않습니다. 리포지토리 이름을 입력하면 열 수 있습니다.',
    again: '다시 요청',
    signedOut: '로그인하지 않았습니다',
    signedOutAdvice:
      '이 레지스트리는 로그인한 사용자에게 리포지토리를 보여 줍니다. 리포지토리 이름을 입력해서 열 수도 있습니다.',
    signIn: '로그인',
    remembered: '이전에 연 리포지토리',
    forget: '{name} 기록 지우기',
  },
}
