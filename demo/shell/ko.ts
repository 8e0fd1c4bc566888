/** The Korean texts of the shell. */
export default {
  'shell/header': {
    title: '이미지',
    views: '보기',
    browse: '둘러보기',
    push: '푸시',
    theme: '테마',
    auto: '시스템 설정',
    light: '밝게',
    dark: '어둡게',
    language: '언어',
    asBrowser: '브라우저 설정',
  },
  'shell/sign-in': {
    title: '{registry} 로그인',
    username: '사용자 이름',
    password: '비밀번호 또는 토큰',
    refused: '레지스트리가 이 사용자 이름과 비밀번호를 받아들이지 않았습니다.',
    note: '레지스트리나 토큰 서버에만 전송되며, 이 페이지가 열려 있는 동안만 보관됩니다.',
    signIn: '로그인',
    cancel: '취소',
  },
  'shell/problem': { details: '레지스트리의 응답', again: '다시 시도' },
  'shell/copy': { copy: '복사', copied: '복사했습니다' },
}
